"use strict";
// ReDoc's footer wants its maker's logo from a CDN, but this page loads nothing from elsewhere: it also has to work
// without the internet, and whoever reads it is nobody's business. ReDoc leaves the logo out when it cannot be loaded,
// so that is what it is told, without asking for it. React sets the address both as attribute and as property.

(function () {
    const image = HTMLImageElement.prototype;
    const setAttribute = Element.prototype.setAttribute;
    const source = Object.getOwnPropertyDescriptor(image, "src");

    function isForeign(address) {
        const url = new URL(address, location.href);
        return url.protocol.startsWith("http") && url.origin !== location.origin;
    }

    image.setAttribute = function (name, value) {
        if (name !== "src" || !isForeign(value)) {
            setAttribute.call(this, name, value);
        }
    };

    Object.defineProperty(image, "src", {
        ...source,
        set(address) {
            if (isForeign(address)) {
                setTimeout(() => this.dispatchEvent(new Event("error")));
            } else {
                source.set.call(this, address);
            }
        },
    });
})();

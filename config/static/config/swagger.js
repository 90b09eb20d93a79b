"use strict";
// Makes "Try it out" send what the chosen content types say. An operation is described either with a JSON body or as a
// form (Swagger 2.0 cannot say both), while the server takes both; so a body is converted where the other was chosen.
// Loaded after drf-yasg's swagger-ui-init.js, whose settings it extends before the page has loaded.

function asObject(form) {
    const object = {};
    for (const name of new Set(form.keys())) {
        const values = form.getAll(name);
        object[name] = values.length > 1 ? values : values[0];
    }
    return object;
}

function asForm(json, form) {
    for (const [name, value] of Object.entries(JSON.parse(json))) {
        for (const item of Array.isArray(value) ? value : [value]) {
            // A form knows no objects: of {"id": 3} or {"name": "Horror"} it takes the 3 or the "Horror".
            form.append(name, item === null ? "" : item.id || item.name || item);
        }
    }
    return form;
}

function sendAsChosen(request) {
    const headers = request.headers || {};
    const type = headers["Content-Type"] || "";
    const isText = typeof request.body === "string";
    if (type === "application/json" && request.body && !(isText && request.body.trim().startsWith("{"))) {
        request.body = JSON.stringify(asObject(isText ? new URLSearchParams(request.body) : request.body));
    } else if (type === "multipart/form-data" && isText) {
        request.body = asForm(request.body, new FormData());
        delete headers["Content-Type"]; // the browser adds the boundary
    } else if (type === "application/x-www-form-urlencoded" && isText && request.body.trim().startsWith("{")) {
        request.body = asForm(request.body, new URLSearchParams()).toString();
    }
    if (headers.accept === "application/problem+json") {
        headers.accept = "application/json, application/problem+json"; // problems are answers to requests for JSON
    }
    return request;
}

const inherited = swaggerUiConfig.requestInterceptor;
swaggerUiConfig.requestInterceptor = (request) => {
    const prepared = inherited(request);
    return prepared.loadSpec ? prepared : sendAsChosen(prepared);
};

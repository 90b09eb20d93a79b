"""collector (document 004): `/collection/` and `/collection/<uuid>/`."""

from typing import Any, cast

from rest_framework import serializers

from accounts.models import User
from collections_app import services
from collections_app.models import Collection
from collections_app.serializers import CollectionSerializer
from collections_app.swagger import COLLECTOR_COLLECTIONS
from collections_app.views import CollectionViewSet
from rest.pagination import WHOLE, EnvelopePagination, Page
from rest.reads import costly_read
from rest.routers import ListAndDetailRouter


class CollectorPagination(EnvelopePagination):
    """`{"is_success", "data": {"collections", "favourite_genres", "count", "next", "previous"}}`."""

    page_size = max_page_size = WHOLE

    def get_envelope(self, page: Page[Any], data: Any) -> dict[str, Any]:
        envelope = super().get_envelope(page, data)
        collections = envelope.pop("results")
        with costly_read(page.request):
            genres = services.favourite_genres(user=cast(User, page.request.user))  # who is not logged in gets no page
        favourites = ", ".join(favourite["genre"] for favourite in genres)
        return {"is_success": True, "data": {"collections": collections, "favourite_genres": favourites, **envelope}}


class CollectorSerializer(CollectionSerializer):
    class Meta(CollectionSerializer.Meta):
        fields = ["uuid", "title", "description", "movies_count", "movies"]


class CreatedSerializer(serializers.ModelSerializer[Collection]):
    collection_uuid = serializers.UUIDField(source="uuid")

    class Meta:
        model = Collection
        fields = ["collection_uuid"]


class ChangedSerializer(CreatedSerializer):
    message = serializers.SerializerMethodField()
    movies_count = serializers.IntegerField()

    class Meta(CreatedSerializer.Meta):
        fields = ["message", "collection_uuid", "title", "description", "movies_count"]

    def get_message(self, collection: Collection) -> str:
        return "Collection updated successfully."


class CollectorViewSet(CollectionViewSet):
    operations = COLLECTOR_COLLECTIONS
    serializer_class = CollectorSerializer
    created_serializer_class = CreatedSerializer
    changed_serializer_class = ChangedSerializer
    pagination_class = CollectorPagination


router = ListAndDetailRouter(use_regex_path=False)
router.register("collection", CollectorViewSet, basename="collection")
urlpatterns = router.urls

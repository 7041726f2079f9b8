"""Where in a photo things were found, as frames to draw; read only when somebody wants to see them."""

from gui.picture_view import Frame
from storage.library import Library
from storage.schema import TagState


def frames(library: Library, photo: int) -> list[Frame]:
    """Frames with the names of their tags, most certain first; rejected tags have none."""
    from inference import engine, raw_json
    from inference.judge import judge
    from storage import photos

    with library.read() as connection:
        kept = connection.exec_driver_sql("SELECT findings FROM run WHERE photo_id = ?", (photo,)).scalars().all()
        tags = photos.tags(connection, [photo]).get(photo, ())
    rejected = frozenset(tag.key for tag in tags if tag.state == TagState.REJECTED)
    names = {tag.key: tag.name for tag in tags}
    found = judge(raw_json.merge(kept), engine.vocabulary(library), rejected=rejected)
    return [
        Frame(names.get(finding.concept, finding.concept), box.left, box.top, box.right, box.bottom)
        for finding in found.concepts
        for box in finding.boxes
    ]

"""Studies deep in a trial, played once by real messages, to begin from in a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.machine.courses import play
from tests.machine.study import Study

# In the notation of courses.play; a story that begins like another is played on from a copy of it.
STORIES = (
    "",
    "P",
    "P TNN",
    "P TNN S P TNN",
    "D D L",
    "D D L TT",
    "P NNN S",
    "P NNN S P",
    "P NNN S D D L",
    "P NNN S D D L TT",
    "P NNN S P TTN",
    "P NNN S P TTN S P",
    "P NNN S P TTN S P NNN",
    "P NNN S P NNN S P",
    "P NNN S P NNN S P NNN S P",
)
PRACTISED = ("", "P", "P TNN", "D D L TT")


class Shelf:
    """Keeps the studies that were played; `take` gives a copy that is open; `sent` are all messages sent."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.copies, self.sent = folder, 0, 0
        self.played: dict[tuple[str, bool], Study] = {}

    def take(self, story: str, practice: bool) -> Study:
        """A study in which the story has happened; close it after use."""
        return self._stopped(story, practice).copy(self._new_folder())

    def _stopped(self, story: str, practice: bool) -> Study:
        if (story, practice) not in self.played:
            study = self._play(story, practice)
            study.check()
            study.close()
            self.sent += study.sent
            self.played[story, practice] = study
        return self.played[story, practice]

    def _play(self, story: str, practice: bool) -> Study:
        if not story:
            study = Study(self._new_folder(), practice)
            study.join()
            return study
        before, _, word = story.rpartition(" ")
        study = self.take(before, practice)
        play(study, word)
        return study

    def give_back(self, study: Study) -> None:
        """Close a copy and delete it; what was sent to it counts."""
        self.sent += study.sent
        study.close()
        shutil.rmtree(study.file.parent)

    def _new_folder(self) -> Path:
        self.copies += 1
        folder = self.folder / str(self.copies)
        folder.mkdir()
        return folder

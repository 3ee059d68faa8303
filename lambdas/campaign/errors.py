"""How the campaign function's tasks fail."""


class Unsuitable(Exception):  # noqa: N818 - as a run speaks of it
    """An item that can't become a clip, however often it is tried."""


class SourceUnavailable(Exception):  # noqa: N818 - the state machine retries it by this name
    """A source that does not answer as it should; later it may. The state machine retries."""


class TimeUpError(Exception):
    """The function must stop and answer, while it still can."""


class BrokenCampaign(Exception):  # noqa: N818 - as a run speaks of it
    """A campaign that nobody can fetch by until its book is mended."""


class UnreadyError(Exception):
    """A source that can't be asked until a person has done what the message says."""

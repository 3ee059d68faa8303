"""A campaign's run as Amazon States Language, one stage a file; written as `states/` is.

Variables, in the order they appear:
    request     the execution's input: trigger, campaign, batch_size, sources, by
    book        the book of campaigns, as it is in Parameter Store
    choice      campaign, batch_size and sources that the next weekly run repeats; empty before the first
    theme       name, query, sources, batch_size, licences and schedule of what this run fetches
    items       footage to fetch: source, id, title, url, size, mime, key, metadata, attribution
    left_out    what the search passed over, and why; notes: what a reader of the run should know
    outcomes    of each item: source, id, state, reason, key, clip_id
    received    clip ids of what arrived; clips: their records' ends
    failure     state, error and cause of what went wrong with the run itself

Inside an item's own iteration:
    item, begun_at, upload_id, part_of, calls   the item, since when, its upload, what of it is there
    content     the content's hash, once it is claimed; outcome
"""

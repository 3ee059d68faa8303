"""The clip pipeline as Amazon States Language, one stage a file.

States are plain dictionaries in JSONata. What a state learns goes into variables by `Assign`;
state input and output carry nothing, so no result can outgrow a state.

Variables, in the order they appear:
    clip        id, bucket, key, etag, size, source, collection, captured_at, received_at, folder, metadata,
                attribution, well_formed
    run         40 digits that name this execution; jobs it starts carry them, so a retry finds its own
                job, and a redrive, being another execution, starts a new one
    limits, prices, least, depths, settings    constants of the deployment
    container   what MediaConvert's probe says of the file
    plan        depth, what each depth would cost in dollars (an event's with its publishing, since it is
                an incident for sure), publishing (what is still to pay should any other clip prove
                one), video facts, whether to proxy, transcribe and moderate, notes for the record
    rejection, doubts                  why a clip is rejected, in words and in the service's own
    video       bucket and key of what Rekognition reads: the clip or its proxy
    jobs, frames                       what `classify` shall read
    planned_at, judged_at              when it was planned, and judged, ISO 8601
    judgement   verdict, severity, reasons, moments, notes
    failure     state, error and cause of what went wrong
"""

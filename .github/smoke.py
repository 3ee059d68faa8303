"""The smoke test's report, which `impp smoke --json` wrote, as Markdown for a job's summary."""

import json
import sys
from pathlib import Path

path = Path(sys.argv[1])
if path.is_file() and path.stat().st_size:  # not where the test was refused
    report = json.loads(path.read_text(encoding="utf-8"))
    sys.stdout.write(f"### {report['summary']}\n\n| | clip | check | found |\n|---|---|---|---|\n")
    for check in report["checks"]:
        ok = "ok" if check["ok"] else "**wrong**"
        sys.stdout.write(f"| {ok} | {check['about']} | {check['what']} | {check['found']} |\n")

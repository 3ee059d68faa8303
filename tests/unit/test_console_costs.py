from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from clip_model.prices import PRICES
from console.costs import (
    OTHER,
    Day,
    Month,
    day_columns,
    month_columns,
    origins,
    parse_advice,
    parse_day,
    parse_month,
    per_clip,
    per_gb,
    read_costs,
    services,
)
from console.wording import calendar_day, dollars, plain
from operations.cost_estimate import estimate_month
from operations.cost_settings import read_costed
from operations.deployed import ENVIRONMENTS, Deployed, read_environment

TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)
#: The month that a day's end is told of.
MONTH = f"{YESTERDAY:%Y-%m}"
GB = 2**30


@pytest.fixture
def ledger(stacks):
    """Writes an item of the ledger."""
    table = stacks.resource("dynamodb").Table("ledger")

    def write(kind, day, **values):
        table.put_item(Item={"kind": kind, "day": str(day), **values})

    return write


@pytest.fixture
def put_day(ledger):
    """Writes what a day so many days ago cost: $2 of S3 and $1 of Lambda, for ten clips of a GB together."""

    def put(back, **changes):
        services = changes.pop("services", {"S3": Decimal(2), "Lambda": Decimal(1)})
        usd = sum(services.values())
        day = {"services": services, "usd": usd, "clips": 10, "bytes": GB, "origin": "bill", **changes}
        ledger("day", TODAY - timedelta(days=back), **day)

    return put


def advice(usd, **changes):
    return {
        "title": "Keep logs for a week",
        "area": "logs",
        "usd_a_month": Decimal(str(usd)),
        "confidence": "high",
        "change": "environments/dev.toml: [retention] log_days = 7",
        "why": "nobody reads older ones",
        **changes,
    }


def numbers(page):
    return {metric.label: (metric.value, metric.delta) for metric in page.metric}


def titles(page):
    return [title.value for title in page.subheader]


def captions(page):
    return [caption.value for caption in page.caption]


def charts(page):
    return [chart.proto.alt for chart in page.get("vega_lite_chart")]


def test_days_are_told_in_numbers_and_pictures(put_day, open_page, reads):
    for back in (1, 2, 3):
        put_day(back)
    page = open_page("costs")
    assert numbers(page)["A clip"] == ("$0.30", "mean of 3 days")
    assert numbers(page)["A GB received"] == ("$3.00", "mean of 3 days")
    assert charts(page) == ["Dollars spent each day, by service"]
    assert (reads.items, set(reads.calls)) == (3, {"Query"})


@pytest.mark.parametrize(
    ("usd", "forecast", "spent", "heading"),
    [
        ("40", "80.5", ("$40.00", "40% of its budget"), ("$80.50", "$19.50 below $100.00")),
        ("120", "130", ("$120.00", "120% of its budget"), ("$130.00", "$30.00 above $100.00")),
    ],
)
def test_a_month_is_held_against_its_budget(ledger, put_day, open_page, usd, forecast, spent, heading):
    put_day(1)
    ledger("month", "2025-01", usd=Decimal(7))
    ledger("month", MONTH, usd=Decimal(usd), forecast_usd=Decimal(forecast))
    page = open_page("costs")
    name = f"{YESTERDAY:%B}"
    assert (numbers(page)[name], numbers(page)[f"{name}, forecast"]) == (spent, heading)
    assert f"{name} against its budget" in titles(page)
    assert charts(page)[1] == "Dollars spent since the month began, the forecast of its end, and the budget"


def test_without_a_forecast_none_is_shown(ledger, put_day, open_page):
    put_day(1)
    ledger("month", MONTH, usd=Decimal(4))
    assert not [label for label in numbers(open_page("costs")) if "forecast" in label]


def test_a_month_of_which_only_the_correction_is_known_is_not_shown(ledger, put_day, open_page):
    put_day(1)
    ledger("month", MONTH, correction_usd=Decimal(1), reconciled_day=str(YESTERDAY))
    page = open_page("costs")
    assert len(charts(page)) == 1
    assert not [label for label in numbers(page) if label.startswith(f"{YESTERDAY:%B}")]


def test_ninety_days_go_further_back(put_day, open_page, reads):
    put_day(1)
    put_day(60, services={"S3": Decimal(30)})
    assert numbers(open_page("costs"))["A clip"] == ("$0.30", "mean of 1 day")
    reads.clear()
    page = open_page("costs", span="90 days")
    assert numbers(page)["A clip"] == ("$1.65", "mean of 2 days")
    assert reads.items == 2
    table = page.dataframe[0].value
    assert list(table["Cost"]) == [3, 30]
    assert list(table["Lambda"].notna()) == [True, False]


def test_a_day_without_clips_has_no_price_a_clip(put_day, open_page):
    put_day(1, clips=0, bytes=0)
    assert numbers(open_page("costs"))["A clip"][0] == "–"


def test_an_empty_ledger_says_when_it_is_written_and_what_a_month_will_cost(stacks, environments, open_page):
    file = environments / "dev.toml"
    file.write_text((ENVIRONMENTS / "dev.toml").read_text().replace("us-east-1", "eu-west-1"))
    page = open_page("costs")
    assert "written each day at 07:00 UTC, next in" in page.info[0].value
    month = estimate_month(read_costed(file), PRICES)
    assert numbers(page) == {"A month, estimated": (dollars(month.usd), f"{month.usd / 100:.0%} of its budget")}
    assert charts(page) == ["Dollars that a month is estimated to cost, by service"]
    assert page.code[0].value == "impp cost estimate --env dev"


def test_a_file_that_lets_nothing_be_estimated_is_said(stacks, open_page):
    page = open_page("costs")
    assert any(plain("It cannot be estimated: dev.toml lacks 'fleet'") in caption for caption in captions(page))
    assert numbers(page) == {}
    assert page.code[0].value == "impp cost estimate --env dev"


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ({1: "bill"}, "From AWS's bill up to {1}"),
        ({1: "cost-explorer"}, "From Cost Explorer up to {1}; the bill's export has told nothing yet"),
        ({1: "bill", 5: "cost-explorer"}, "From AWS's bill up to {1}, before it Cost Explorer up to {5}"),
        ({1: "cost-explorer", 5: "bill"}, "From Cost Explorer up to {1}, before it AWS's bill up to {5}"),
    ],
)
def test_who_said_so_is_said(put_day, open_page, days, told):
    for back, origin in days.items():
        put_day(back, origin=origin)
    dates = {back: calendar_day(TODAY - timedelta(days=back)) for back in days}
    assert captions(open_page("costs"))[0] == told.replace("{1}", dates[1]).replace("{5}", dates.get(5, ""))


def test_storage_is_told_by_what_each_tier_costs(ledger, open_page):
    tiers = {"STANDARD": 100 * 2**30, "DEEP_ARCHIVE": 1000 * 2**30, "GLACIER_IR": 5}
    ledger("storage", "2025-01-01", tiers={"STANDARD": 1})
    ledger("storage", YESTERDAY, tiers=tiers)
    page = open_page("costs")
    bars = [(bar.proto.text, bar.proto.value) for bar in page.get("progress")]
    assert bars == [
        (plain("Standard · 107.4 GB · $2.30"), 100),
        (plain("Infrequent access · 0 B · $0.00"), 0),
        (plain("Deep archive · 1.1 TB · $0.99"), 43),
        (plain("GLACIER_IR · 5 B · no price here"), 0),
    ]
    assert plain("Storage, $3.29 a month") in titles(page)


def test_estimate_and_bill_are_told_apart_with_the_reason(ledger, put_day, open_page):
    put_day(1)
    differences = [
        {"service": "S3", "estimated_usd": Decimal(2), "actual_usd": Decimal("1.5"), "why": "a free tier"},
        {"service": "Rekognition", "estimated_usd": Decimal(10), "actual_usd": Decimal(12), "why": "20% more was used"},
    ]
    sums = {"usd": Decimal(99), "estimated_usd": Decimal(20), "expected_usd": Decimal(10), "gated_usd": Decimal(11)}
    ledger("month", MONTH, **sums, differences=differences)
    page = open_page("costs")
    told = (
        "expected to cost $10.00 by now and did cost $11.00: 10.0% more. The money gate had reserved $20.00 for them."
    )
    assert any(plain(told) in caption for caption in captions(page))
    assert "Estimated and billed dollars of the month, by service" in charts(page)
    assert [text.value for text in page.text] == [
        "• Rekognition, $2.00 more: 20% more was used",
        "• S3, $0.50 less: a free tier",
    ]


def test_the_greatest_saving_comes_first_and_the_small_ones_are_folded(ledger, open_page):
    ledger("advice", "2025-01-01", items=[advice(999)])
    ledger("advice", YESTERDAY, items=[advice(usd, title=f"save {usd}") for usd in (1, 5, 3, 2, 4)])
    page = open_page("costs")
    assert [text.value for text in page.text] == [f"save {usd}" for usd in (5, 4, 3, 2, 1)]
    assert [expander.label for expander in page.expander] == ["1 smaller one"]
    assert page.code[1].value == advice(1)["change"]


def test_all_advice_is_added_up(ledger, put_day, open_page):
    put_day(1)
    ledger("advice", YESTERDAY, items=[advice(1.25), advice(2)])
    assert numbers(open_page("costs"))["Advice would save"] == ("$3.25", "a month")


def test_that_there_is_nothing_to_change_is_said(ledger, open_page):
    ledger("advice", YESTERDAY, items=[])
    assert open_page("costs").success[0].value.startswith("Nothing to change was found on")


@pytest.mark.parametrize("text", ["[Sign in again](https://evil.example)", "![](https://evil.example/p.png)"])
def test_what_the_ledger_says_is_not_taken_for_markdown(ledger, open_page, text):
    ledger("storage", YESTERDAY, tiers={text: 1})
    ledger("advice", YESTERDAY, items=[advice(1, title=text, area=text, why=text, confidence=text, change=text)])
    page = open_page("costs")
    shown = [*page.markdown, *page.caption, *page.subheader]
    assert not any(text in element.value for element in shown)
    assert not any(text in bar.proto.text for bar in page.get("progress"))
    assert page.text[0].value == text


def test_the_ledger_is_read_from_day_to_day(put_day):
    for back in (0, 1, 5, 9):
        put_day(back)
    deployed = Deployed(read_environment("dev"))
    found = read_costs(deployed, first=TODAY - timedelta(days=5), last=YESTERDAY)
    assert [day.day for day in found.days] == [TODAY - timedelta(days=5), YESTERDAY]
    assert (found.month, found.advised, found.measured, found.advice, found.stored) == (None, None, None, (), {})


def day(number, origin="bill", clips=1, **services):
    return Day(date(2026, 11, number), services, sum(services.values()), clips, clips * GB, origin)


def test_means_are_of_all_days_together():
    days = [day(1, clips=1, S3=9.0), day(2, clips=9, S3=1.0), day(3, clips=0, S3=2.0)]
    assert per_clip(days) == per_gb(days) == pytest.approx(1.2)
    assert per_clip(days[2:]) is per_gb(days[2:]) is None


def test_a_chart_tells_the_dearest_services_apart_and_adds_up():
    names = {f"s{number}": float(number) for number in range(11)}
    days = [day(1, **names), day(2, s10=1.0)]
    assert services(days) == [*(f"s{number}" for number in range(10, 2, -1)), OTHER]
    columns = day_columns(days)
    assert sum(columns["usd"]) == sum(each.usd for each in days)
    assert [usd for usd, name in zip(columns["usd"], columns["service"], strict=True) if name == OTHER] == [3.0, 0.0]
    assert columns["rank"] == [*range(9)] * 2


def test_few_services_are_all_told_apart():
    assert services([day(1, S3=1.0, Lambda=2.0)]) == ["Lambda", "S3"]


def test_a_months_sum_goes_on_as_its_forecast():
    days = [day(1, S3=4.0), day(2, S3=2.0)]
    month = Month(
        date(2026, 11, 1), usd=6.0, forecast_usd=90.0, reserved_usd=0, expected_usd=None, gated_usd=None, differences=()
    )
    columns = month_columns([Day(date(2026, 10, 31), {}, 50.0, 0, 0, "bill"), *days], month)
    assert columns == {
        "day": ["2026-11-01", "2026-11-02", "2026-11-02", "2026-11-30"],
        "usd": [4.0, 6.0, 6.0, 90.0],
        "kind": ["spent", "spent", "forecast", "forecast"],
    }


def test_a_month_that_is_over_has_no_forecast_and_missing_days_are_in_its_sum():
    month = Month(
        date(2026, 11, 1),
        usd=10.0,
        forecast_usd=10.0,
        reserved_usd=0,
        expected_usd=None,
        gated_usd=None,
        differences=(),
    )
    columns = month_columns([day(30, S3=4.0)], month)
    assert columns == {"day": ["2026-11-30"], "usd": [10.0], "kind": ["spent"]}


def test_each_origin_is_told_with_its_last_day():
    days = [day(1, "cost-explorer"), day(2, "bill"), day(4, "bill")]
    assert list(origins(days).items()) == [("bill", date(2026, 11, 4)), ("cost-explorer", date(2026, 11, 1))]


@pytest.mark.parametrize("missing", ["services", "usd", "origin"])
def test_a_day_that_is_none_is_refused(missing):
    item = {"day": "2026-11-20", "services": {}, "usd": Decimal(1), "origin": "bill"}
    del item[missing]
    with pytest.raises(KeyError, match=missing):
        parse_day(item)


def test_what_a_month_does_not_tell_is_nothing():
    month = parse_month({"day": "2026-02", "usd": Decimal(3)})
    assert (month.forecast_usd, month.expected_usd, month.gated_usd) == (None, None, None)
    assert (month.reserved_usd, month.differences) == (0, ())
    assert month.last == date(2026, 2, 28)


def test_advice_that_is_none_is_refused():
    item = advice(1)
    del item["change"]
    with pytest.raises(KeyError, match="change"):
        parse_advice({"items": [item]})

"""Files as people really have them: each is understood, and understood rightly."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import numpy as np
import pytest

from app.engine.intervals import Interval
from app.market.domain import ImportRefused
from tests.unit.market.builders import assert_same_bars, read_csv


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


DAYS = [at("2019-01-02"), at("2019-01-03")]
HOURS = [at("2019-01-02T09:00"), at("2019-01-02T10:00")]

# What two rows of (2019-01-02, 2019-01-03) or (09:00, 10:00) look like in each of the world's ways.
DAILY_FILES = {
    "yahoo": "Date,Open,High,Low,Close,Adj Close,Volume\n"
    "2019-01-02,10,12,9,11,5.5,100\n2019-01-03,20,22,19,21,10.5,200\n",
    "adjusted close before close": "Date,Adj Close,Close,High,Low,Open,Volume\n"
    "2019-01-02,5.5,11,12,9,10,100\n2019-01-03,10.5,21,22,19,20,200\n",
    "upper case, tabs": "DATE\tOPEN\tHIGH\tLOW\tCLOSE\tVOLUME\n"
    "2019-01-02\t10\t12\t9\t11\t100\n2019-01-03\t20\t22\t19\t21\t200\n",
    "no header": "2019-01-02,10,12,9,11,100\n2019-01-03,20,22,19,21,200\n",
    "no header, ticker first": "AAPL,2019-01-02,10,12,9,11,100\nAAPL,2019-01-03,20,22,19,21,200\n",
    "newest first": "date,open,high,low,close,volume\n2019-01-03,20,22,19,21,200\n"
    "2019-01-02,10,12,9,11,100\n",
    "windows line ends and a byte order mark": "\ufeffDate,Open,High,Low,Close,Volume\r\n"
    "2019-01-02,10,12,9,11,100\r\n2019-01-03,20,22,19,21,200\r\n",
    "no line feed at the end": "Date,Open,High,Low,Close,Volume\n"
    "2019-01-02,10,12,9,11,100\n2019-01-03,20,22,19,21,200",
    "blank lines": "\nDate,Open,High,Low,Close,Volume\n\n2019-01-02,10,12,9,11,100\n  \n"
    "2019-01-03,20,22,19,21,200\n\n",
    "a banner": "https://www.example.org\n# all times are what they are\n"
    "Date,Symbol,Open,High,Low,Close,Volume\n"
    "2019-01-02,X,10,12,9,11,100\n2019-01-03,X,20,22,19,21,200\n",
    "quotes": '"Date","Open","High","Low","Close","Volume"\n"2019-01-02","10","12","9","11","100"\n'
    '"2019-01-03","20","22","19","21","200"\n',
    "exact names win": "date,open_btc,open,high,low,close,volume_btc,volume\n"
    "2019-01-02,7,10,12,9,11,1,100\n2019-01-03,7,20,22,19,21,2,200\n",
    "german": "Datum;Open;High;Low;Close;Volume\n02.01.2019;10,0;12,0;9,0;11,0;100\n"
    "03.01.2019;20,0;22,0;19,0;21,0;200\n",
    "semicolons with points": "Date;Open;High;Low;Close;Volume\n2019-01-02;10.0;12.0;9.0;11.0;100\n"
    "2019-01-03;20.0;22.0;19.0;21.0;200\n",
    "compact dates": "date,open,high,low,close,volume\n20190102,10,12,9,11,100\n20190103,20,22,19,21,200\n",
    "slashes, year first": "date,open,high,low,close,volume\n2019/01/02,10,12,9,11,100\n"
    "2019/1/3,20,22,19,21,200\n",
    "month names": 'Date,Open,High,Low,Close,Volume\n"Jan 02, 2019",10,12,9,11,100\n'
    '"January 3, 2019",20,22,19,21,200\n',
    "day and short month": "Date,Open,High,Low,Close,Volume\n02-Jan-19,10,12,9,11,100\n"
    "3-Jan-2019,20,22,19,21,200\n",
    "nasdaq": "Date,Close/Last,Volume,Open,High,Low\n01/03/2019,$21.00,200,$20.00,$22.00,$19.00\n"
    "01/02/2019,$11.00,100,$10.00,$12.00,$9.00\n",
    "investing": '"Date","Price","Open","High","Low","Vol.","Change %"\n'
    '"Jan 03, 2019","21.00","20.00","22.00","19.00","0.20K","1%"\n'
    '"Jan 02, 2019","11.00","10.00","12.00","9.00","0.1K","1%"\n',
    "pandas index": ",open,high,low,close,volume\n2019-01-02,10,12,9,11,100\n2019-01-03,20,22,19,21,200\n",
    "pandas, exchange offset": "Date,Open,High,Low,Close,Volume\n2019-01-02 00:00:00-05:00,10,12,9,11,100\n"
    "2019-01-03 00:00:00-05:00,20,22,19,21,200\n",
    "yfinance": "Price,Close,High,Low,Open,Volume\nTicker,X,X,X,X,X\nDate,,,,,\n2019-01-02,11,12,9,10,100\n"
    "2019-01-03,21,22,19,20,200\n",
    "midnights": "Datetime,Open,High,Low,Close,Volume\n2019-01-02 00:00:00,10,12,9,11,100\n"
    "2019-01-03T00:00:00Z,20,22,19,21,200\n",
    "epoch seconds": "time,open,high,low,close,volume\n1546387200,10,12,9,11,100\n"
    "1546473600,20,22,19,21,200\n",
    "blanks around cells": "Date , Open, High, Low, Close, Volume\n2019-01-02, 10, 12, 9, 11, 100\n"
    "2019-01-03 , 20, 22, 19, 21, 200 \n",
    "more cells than the header": "Date,Open,High,Low,Close,Volume\n2019-01-02,10,12,9,11,100,,\n"
    "2019-01-03,20,22,19,21,200,x\n",
}


@pytest.mark.parametrize("name", DAILY_FILES)
def test_a_file_of_days(name: str) -> None:
    order = "mdy" if name == "nasdaq" else None
    read = read_csv(DAILY_FILES[name], date_format=order)
    assert read.problems == ()
    assert read.bars.time.tolist() == DAYS
    assert [column.tolist() for column in read.bars.columns()] == [
        [10.0, 20.0],
        [12.0, 22.0],
        [9.0, 19.0],
        [11.0, 21.0],
        [100.0, 200.0],
    ]


HOURLY_FILES = {
    "iso": "Datetime,Open,High,Low,Close\n2019-01-02 09:00:00,1,2,1,1\n2019-01-02 10:00:00,1,2,1,1\n",
    "iso with T and Z": "timestamp,open,high,low,close\n2019-01-02T09:00:00Z,1,2,1,1\n"
    "2019-01-02T10:00:00.000Z,1,2,1,1\n",
    "iso with offsets": "time,open,high,low,close\n2019-01-02 04:00:00-05:00,1,2,1,1\n"
    "2019-01-02T15:30:00+0530,1,2,1,1\n",
    "iso without seconds": "time,open,high,low,close\n2019-01-02 09:00,1,2,1,1\n2019-01-02 10:00,1,2,1,1\n",
    "dukascopy": "Gmt time,Open,High,Low,Close,Volume\n02.01.2019 09:00:00.000,1,2,1,1,3\n"
    "02.01.2019 10:00:00.000,1,2,1,1,3\n",
    "cryptodatadownload": "https://www.CryptoDataDownload.com\n"
    "Date,Symbol,Open,High,Low,Close,Volume BTC,Volume USD\n"
    "2019-01-02 10-AM,BTCUSD,1,2,1,1,3,4\n2019-01-02 09-AM,BTCUSD,1,2,1,1,3,4\n",
    "two columns": "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<VOL>\n"
    "2019.01.02\t09:00:00\t1\t2\t1\t1\t3\n"
    "2019.01.02\t10:00:00\t1\t2\t1\t1\t3\n",
    "two columns, no header": "2019.01.02,09:00,1,2,1,1,3\n2019.01.02,10:00,1,2,1,1,3\n",
    "histdata": "20190102 090000;1;2;1;1;0\n20190102 100000;1;2;1;1;0\n",
    "binance": "1546419600000,1,2,1,1,3,1546423199999,4,5,6,7,0\n"
    "1546423200000,1,2,1,1,3,1546426799999,4,5,6,7,0\n",
    "binance, microseconds": "1546419600000000,1,2,1,1,3\n1546423200000000,1,2,1,1,3\n",
    "binance with header": "Open time,Open,High,Low,Close,Volume,Close time\n"
    "1546419600000,1,2,1,1,3,1546423199999\n"
    "1546423200000,1,2,1,1,3,1546426799999\n",
    "epoch with fraction": "time,open,high,low,close\n1546419600.0,1,2,1,1\n1546423200.0,1,2,1,1\n",
    "american clock": "date,open,high,low,close\n1/2/2019 9:00 AM,1,2,1,1\n1/2/2019 10:00:00 AM,1,2,1,1\n",
}


@pytest.mark.parametrize("name", HOURLY_FILES)
def test_a_file_of_hours(name: str) -> None:
    order = "mdy" if name == "american clock" else None
    read = read_csv(HOURLY_FILES[name], Interval.HOUR_1, date_format=order)
    assert read.problems == ()
    assert read.bars.time.tolist() == HOURS


def test_two_ways_to_write_a_time_in_one_file() -> None:
    read = read_csv(
        "Date,Open,High,Low,Close\n2019-01-02 12-PM,1,2,1,1\n2019-01-02 12-AM,1,2,1,1\n"
        "2019-01-01 23:00:00,1,2,1,1\n",
        Interval.HOUR_1,
    )
    assert read.problems == ()
    assert read.bars.time.tolist() == [at("2019-01-01T23:00"), at("2019-01-02"), at("2019-01-02T12:00")]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["1/2/2019", "1/13/2019"], ["2019-01-02", "2019-01-13"]),
        (["2/1/2019", "13/1/2019"], ["2019-01-02", "2019-01-13"]),
        (["02/01/19", "13/01/19"], ["2019-01-02", "2019-01-13"]),
        (["01-02-2019", "01-13-2019"], ["2019-01-02", "2019-01-13"]),
        (["1/1/2019", "2/2/2019"], ["2019-01-01", "2019-02-02"]),  # either way the same
        (["02.01.2019", "03.01.2019"], ["2019-01-02", "2019-01-03"]),  # with dots the day stands first
    ],
)
def test_day_and_month_are_told_over_the_whole_column(dates: list[str], expected: list[str]) -> None:
    rows = "".join(f"{date},1,2,1,1\n" for date in dates)
    read = read_csv("Date,Open,High,Low,Close\n" + rows)
    assert read.problems == ()
    assert read.bars.time.tolist() == [at(date) for date in expected]


AMBIGUOUS = "Date,Open,High,Low,Close\n1/2/2019,1,2,1,1\n3/4/2019,1,2,1,1\n"


def test_dates_that_nothing_decides_are_asked_about() -> None:
    with pytest.raises(ImportRefused) as caught:
        read_csv(AMBIGUOUS)
    assert caught.value.code == "ambiguous_dates"
    assert "date_format" in caught.value.detail


@pytest.mark.parametrize(
    ("date_format", "expected"),
    [
        *((form, ["2019-02-01", "2019-04-03"]) for form in ("%d/%m/%Y", "d/m/yyyy", "DD/MM/YYYY", "dmy")),
        *(
            (form, ["2019-01-02", "2019-03-04"])
            for form in ("%m/%d/%Y", "m/d/yyyy", "MM/DD/YYYY HH:mm", "mdy")
        ),
    ],
)
def test_date_format_decides(date_format: str, expected: list[str]) -> None:
    assert read_csv(AMBIGUOUS, date_format=date_format).bars.time.tolist() == [at(date) for date in expected]


def test_the_row_that_decides_may_stand_in_another_block() -> None:
    rows = ["1/2/2019,1,2,1,1\n"] + [
        f"{n % 12 + 1}/{n % 12 + 1}/{1900 + n // 12},1,2,1,1\n" for n in range(600)
    ]
    text = "Date,Open,High,Low,Close\n" + "".join(rows) + "25/12/2019,1,2,1,1\n"
    read = read_csv(text, block_bytes=1024)
    assert read.problems == ()
    assert read.bars.time[-2:].tolist() == [at("2019-02-01"), at("2019-12-25")]


def test_times_within_the_day_are_of_the_files_time_zone() -> None:
    text = "Datetime,Open,High,Low,Close\n2019-01-02 09:30,1,2,1,1\n2019-07-02 09:30,1,2,1,1\n"
    read = read_csv(text, Interval.MIN_1, "America/New_York")
    assert read.bars.time.tolist() == [at("2019-01-02T14:30"), at("2019-07-02T13:30")]


def test_a_zone_in_the_file_is_stronger_than_the_forms() -> None:
    text = "Datetime,Open,High,Low,Close\n2019-01-02 09:30Z,1,2,1,1\n1546421460,1,2,1,1\n"
    read = read_csv(text, Interval.MIN_1, "America/New_York")
    assert read.bars.time.tolist() == [at("2019-01-02T09:30"), at("2019-01-02T09:31")]


@pytest.mark.parametrize("timezone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_dates_are_never_shifted(timezone: str) -> None:
    for name in ("yahoo", "epoch seconds", "pandas, exchange offset"):
        assert read_csv(DAILY_FILES[name], timezone=timezone).bars.time.tolist() == DAYS, name


def test_instants_of_days_take_their_date_in_the_files_time_zone() -> None:
    tokyo = "time,open,high,low,close\n1546354800,1,2,1,1\n1546441200,1,2,1,1\n"  # 15:00Z: midnight in Tokyo
    assert read_csv(tokyo, timezone="Asia/Tokyo").bars.time.tolist() == DAYS


def test_weeks_and_months_are_labelled_by_their_first_day() -> None:
    text = "Date,Open,High,Low,Close\n2019-01-04,1,2,1,1\n2019-02-01,1,2,1,1\n"
    assert read_csv(text, Interval.WEEK_1).bars.time.tolist() == [at("2018-12-31"), at("2019-01-28")]
    assert read_csv(text, Interval.MONTH_1).bars.time.tolist() == [at("2019-01-01"), at("2019-02-01")]


def test_missing_volumes_are_no_number() -> None:
    cells = ["", "-", "null", "N/A", "nan", "0"]
    rows = "".join(f"2019-01-{day:02},1,2,1,1,{cell}\n" for day, cell in enumerate(cells, 1))
    read = read_csv("Date,Open,High,Low,Close,Volume\n" + rows)
    assert read.problems == ()
    assert np.isnan(read.bars.volume).tolist() == [True] * 5 + [False]
    assert np.isnan(read_csv("Date,Open,High,Low,Close\n2019-01-02,1,2,1,1\n").bars.volume).all()


def test_volumes_in_thousands_and_millions() -> None:
    rows = "2019-01-02,1,2,1,1,1.5K\n2019-01-03,1,2,1,1,2M\n2019-01-04,1,2,1,1,3B\n"
    text = "Date,Open,High,Low,Close,Volume\n" + rows
    assert read_csv(text).bars.volume.tolist() == [1_500.0, 2_000_000.0, 3_000_000_000.0]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ('"1,234.50","1,240.00","1,200.00","1,235.00"', 1234.5),
        ("$1234.5,$1240,$1200,$1235", 1234.5),
        ("1.2345e3,1240,1200,1235", 1234.5),
        ("+1234.5, 1240,1200 ,\t1235", 1234.5),
    ],
)
def test_ways_to_write_a_price(cells: str, expected: float) -> None:
    read = read_csv(f"Date,Open,High,Low,Close\n2019-01-02,{cells}\n")
    assert (read.problems, read.bars.open.tolist()) == ((), [expected])


def test_decimal_commas_and_thousands_with_points() -> None:
    text = "Date;Open;High;Low;Close;Volume\n02.01.2019;1.234,5;1.240,0;1.200,25;1.235;1.000\n"
    read = read_csv(text)
    assert [column.tolist() for column in read.bars.columns()] == [
        [1234.5],
        [1240.0],
        [1200.25],
        [1235.0],
        [1000.0],
    ]


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda data: gzip.compress(data[:60]) + gzip.compress(data[60:])]
)
def test_a_gzip_file_is_unpacked(pack: object) -> None:
    assert callable(pack)
    assert read_csv(pack(DAILY_FILES["yahoo"].encode())).bars.time.tolist() == DAYS


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_other_encodings(encoding: str) -> None:
    text = (
        DAILY_FILES["yahoo"]
        .replace("Volume", "Volume,Währung")
        .replace("100\n", "100,€\n" if encoding != "latin-1" else "100,ü\n")
    )
    assert read_csv(text.encode(encoding)).bars.time.tolist() == DAYS


def test_line_ends_of_old_macs() -> None:
    assert read_csv(DAILY_FILES["yahoo"].replace("\n", "\r")).bars.time.tolist() == DAYS


@pytest.mark.parametrize("piece_bytes", [1, 7, 1000])
@pytest.mark.parametrize("block_bytes", [200, 3_000])
def test_how_a_file_arrives_makes_no_difference(piece_bytes: int, block_bytes: int) -> None:
    rows = [
        f"{day},10,12,9,11,{n}\n"
        for n, day in enumerate(np.arange("1999-01-01", "2000-01-01", dtype="datetime64[D]"))
    ]
    rows[5], rows[100], rows[364] = "rubbish\n", '"unbalanced,1,2,3,4,5\n', rows[0]
    text = "Date,Open,High,Low,Close,Volume\n" + "".join(rows)
    whole, cut = read_csv(text), read_csv(text, piece_bytes=piece_bytes, block_bytes=block_bytes)
    assert_same_bars(cut.bars, whole.bars)
    assert (cut.problems, cut.rows_read, cut.duplicates) == (whole.problems, 365, 1)
    assert [problem.line for problem in cut.problems] == [7, 102]


REFUSED = {
    "empty_file": b"",
    "no_rows": b"Date,Open,High,Low,Close\n",
    "not_a_table": b"\x00\x01\x02 this is no table\n",
    "missing_columns": b"Date,Open,High,Low,Volume\n2019-01-02,1,2,1,1\n",
    "not_csv": b"PK\x03\x04 a workbook",
    "broken_file": gzip.compress(DAILY_FILES["yahoo"].encode())[:-20],
}


@pytest.mark.parametrize("code", REFUSED)
def test_files_that_are_no_bars(code: str) -> None:
    with pytest.raises(ImportRefused) as caught:
        read_csv(REFUSED[code])
    assert caught.value.code == code


UNKNOWN_HEADERS = {
    "Timestamp;Settle;Top;Bottom;First": ("high, low, close", "Timestamp (a date or time), First (open)"),
    "A banner\n\nDag;Slutkurs;Högst;Lägst;Öppning": ("open, high, low, close", "Dag (a date or time)"),
    "日付;終値;高値;安値;始値": ("open, high, low, close", "日付 (a date or time)"),
    ";Slot;Hoogste;Laagste;Begin": ("open, high, low, close", "nameless (a date or time)"),
    "Dag;Slutkurs;Högst;Lägst;Öppning;": ("open, high, low, close", "Dag (a date or time)"),
    "High low;of the\nDag;Slutkurs;Högst;Lägst;Öppning": ("open, high, low, close", "Dag (a date or time)"),
}


@pytest.mark.parametrize("header", UNKNOWN_HEADERS)
@pytest.mark.parametrize("first", ["", "2019-01-01;none;1,5;1,5;1,5\n"])
def test_a_header_in_unknown_words_is_never_guessed_by_order(header: str, first: str) -> None:
    """The file's second column is the close: taken by order it would be stored as the open."""
    with pytest.raises(ImportRefused) as caught:
        read_csv(header + "\n" + first + "2019-01-02;11,5;12,5;9,5;10,5\n2019-01-03;21,5;22,5;19,5;20,5\n")
    missing, found = UNKNOWN_HEADERS[header]
    assert caught.value.code == "missing_columns"
    assert f"no column for {missing}. Found: {found}. Names that are understood" in caught.value.detail
    assert "for close: close, c," in caught.value.detail


def test_a_headers_words_are_shown_short_and_printable() -> None:
    with pytest.raises(ImportRefused) as caught:
        read_csv("D\x00\x1b[31m" + "x" * 5000 + ";Slot;Hoogste;Laagste;Begin\n2019-01-02;1;2;1;1\n")
    assert caught.value.detail.isprintable()
    assert len(caught.value.detail) < 1000


@pytest.mark.parametrize("banner", ["Prices of X", "X;in EUR", "Prices of X;in EUR;;;", "a;b;c;d;e;f;g"])
def test_a_banner_is_no_header(banner: str) -> None:
    read = read_csv(banner + "\n2019-01-02;11,5;12,5;9,5;10,5\n2019-01-03;21,5;22,5;19,5;20,5\n")
    assert (read.bars.open.tolist(), read.bars.close.tolist()) == ([11.5, 21.5], [10.5, 20.5])


@pytest.mark.parametrize(
    "header",
    [
        "Fecha;Cierre;Máximo;Mínimo;Apertura;Volumen",
        "Fecha;Último;Maximo;Minimo;Apertura;Vol.",
        "Datum;Schlusskurs;Hoch;Tief;Eröffnung;Volumen",
        "Datum;Schluss;Hoch;Tief;Eröffn.;Volumen",
        "Datum;Zuletzt;Hoch;Tief;Eröffn.;Vol.",
        "Date;Clôture;Plus haut;Plus bas;Ouverture;Volume",
        "Date;Dernier;Haut;Bas;OUVERTURE;Volume",
        "Date;Fermeture;Haut;Bas;Ouverture;Volume",
        "Data;Chiusura;Massimo;Minimo;Apertura;Volume",
        "Data;Ultimo;Massimo;Minimo;Apertura;Volume",
    ],
)
def test_headers_of_other_languages(header: str) -> None:
    read = read_csv(header + "\n2019-01-02;11,5;12,5;9,5;10,5;7\n2019-01-03;21,5;22,5;19,5;20,5;8\n")
    bars = read.bars
    assert (bars.open.tolist(), bars.high.tolist()) == ([10.5, 20.5], [12.5, 22.5])
    assert (bars.low.tolist(), bars.close.tolist()) == ([9.5, 19.5], [11.5, 21.5])
    assert bars.volume.tolist() == [7, 8]


def test_date_and_time_of_day_in_another_language() -> None:
    rows = "2019-01-02;09:00;11;12;9;10\n2019-01-02;10:00;11;12;9;10\n"
    read = read_csv("Datum;Uhrzeit;Schluss;Hoch;Tief;Eröffnung\n" + rows, Interval.HOUR_1)
    assert (len(read.bars), read.rejected) == (2, 0)


def test_adjusted_closes_never_stand_in_for_closes() -> None:
    with pytest.raises(ImportRefused, match="close"):
        read_csv("Date,Open,High,Low,Adj Close,Volume\n2019-01-02,1,2,1,1,5\n2019-01-03,1,2,1,1,5\n")


@pytest.mark.parametrize(
    ("interval", "dates"),
    [
        (Interval.HOUR_1, ["2019-01-02", "2019-01-03"]),
        (Interval.HOUR_1, [f"2019-01-02 09:{minute:02}" for minute in range(5)]),
        (Interval.DAY_1, [f"2019-01-02 {hour:02}:00" for hour in range(5)]),
        (Interval.WEEK_1, [f"2019-01-{day:02}" for day in range(1, 29)]),
        (Interval.MONTH_1, [f"2019-01-{day:02}" for day in range(1, 29)]),
    ],
)
def test_rows_of_a_finer_interval_are_a_mistake_in_the_form(interval: Interval, dates: list[str]) -> None:
    with pytest.raises(ImportRefused) as caught:
        read_csv("Date,Open,High,Low,Close\n" + "".join(f"{date},1,2,1,1\n" for date in dates), interval)
    assert caught.value.code == "interval_mismatch"


def test_what_was_understood_is_told() -> None:
    understood = read_csv(DAILY_FILES["newest first"].replace(",", ";")).understood
    assert understood["delimiter"] == "semicolon"
    assert understood["newest_first"] is True
    assert understood["time_formats"] == ["%Y-%m-%d"]
    assert understood["columns"] == {
        "time": "date",
        "open": "open",
        "high": "high",
        "low": "low",
        "close": "close",
        "volume": "volume",
    }
    assert (understood["first_at"], understood["last_at"]) == ("2019-01-02T00:00:00Z", "2019-01-03T00:00:00Z")

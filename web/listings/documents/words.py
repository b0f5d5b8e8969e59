"""Why a sheet or a row is refused, in the reader's words."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from web.listings.services.entries import Refusal

WORDS: Final[Mapping[str, Any]] = {
    "ambiguous_place": _l("“%(value)s” exists more than once: %(candidates)s. Write the prefecture before it."),
    "bad_quantity": _l("“%(value)s” is not a whole number from 1 to %(limit)s."),
    "beyond_heading": _l("There is text to the right of the last heading: “%(value)s”."),
    "broken_quotes": _l("The quotation marks of this row do not close where they should."),
    "cell_too_long": _l("The cell holds %(length)s characters; at most %(limit)s are read."),
    "column_twice": _l("This column stands twice in the heading."),
    "columns_missing": _l("These columns are missing: %(columns)s."),
    "damaged_workbook": _l("The workbook is damaged or made in a way that is not read."),
    "district_without_municipality": _l("“%(value)s” can only be found with the municipality that it lies in."),
    "empty": _l("The cell is empty."),
    "encrypted": _l("The workbook is protected by a password. Save it without one."),
    "file_too_large": _l("The file is larger than %(limit)s MB."),
    "form_of_piece": _l("“%(value)s” does not read kind:what:quantity:unit."),
    "no_heading": _l("No heading was found in the first rows. Is it a sheet of needs or offers, in UTF-8 or CP932?"),
    "no_workbook": _l("The file is a package, but no workbook (XLSX) is in it."),
    "nothing": _l("There is nothing in the sheet."),
    "old_workbook": _l("This is an old kind of workbook (XLS). Save it as XLSX or CSV."),
    "one_condition": _l("“%(value)s” names more than one condition; an offer has one."),
    "out_of_limits": _l("Reading the sheet took more memory or time than a sheet of this size may take."),
    "part_of_partnership": _l("“%(what)s” is part of a partnership, so it cannot be left out."),
    "participant_left": _l("“%(value)s” has left and takes no part any more."),
    "person": _l("Persons are not imported from sheets, because each has to consent. Register them one by one."),
    "promised": _l("Of “%(what)s”, %(promised)s are promised already, so it cannot be lowered below that or changed."),
    "same_as_row": _l("This row says the same as row %(row)s: participant, title, place and source."),
    "sheet_of_needs": _l("This is a sheet of needs. Use: import needs"),
    "sheet_of_offers": _l("This is a sheet of offers. Use: import offers"),
    "too_long": _l("The text has %(length)s characters; at most %(limit)s fit."),
    "too_many_columns": _l("There are more than %(limit)s columns."),
    "too_many_entries": _l("The workbook is made of more than %(limit)s parts."),
    "too_many_pieces": _l("%(count)s resources are named; at most %(limit)s fit."),
    "too_many_rows": _l("There are more than %(limit)s rows."),
    "unknown_value": _l("“%(value)s” is not known. Possible are: %(allowed)s."),
    "unpacked_too_large": _l("Unpacked, the workbook is %(size)s MB large; at most %(limit)s MB are read."),
    "unreadable_byte": _l("Byte %(byte)s (%(value)s) cannot be read. UTF-8 and CP932 (Shift_JIS of Windows) are read."),
    "unreadable_character": _l("The cell holds a control character that is not text."),
}


def in_words(refusal: Refusal) -> str:
    """Return one line: row, column, reason."""
    code = "nothing" if refusal.code == "empty" and refusal.row is None else refusal.code
    reason = str(WORDS[code]) % dict(refusal.values)
    if refusal.row is None:
        words = _("Column %(column)s: %(reason)s", column=refusal.column, reason=reason) if refusal.column else reason
    elif refusal.column:
        words = _("Row %(row)s, column %(column)s: %(reason)s", row=refusal.row, column=refusal.column, reason=reason)
    else:
        words = _("Row %(row)s: %(reason)s", row=refusal.row, reason=reason)
    return str(words)

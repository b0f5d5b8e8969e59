from datetime import date

from models.business_days import add_business_days, business_days_between, is_business_day

FRIDAY = date(2026, 11, 13)


def test_weekends_do_not_count() -> None:
    assert add_business_days(FRIDAY, 1) == date(2026, 11, 16)
    assert add_business_days(FRIDAY, 3) == date(2026, 11, 18)


def test_public_holidays_do_not_count() -> None:
    labour_thanksgiving = date(2026, 11, 23)

    assert not is_business_day(labour_thanksgiving)
    assert add_business_days(date(2026, 11, 20), 1) == date(2026, 11, 24)


def test_offices_are_closed_around_new_year() -> None:
    assert add_business_days(date(2026, 12, 28), 1) == date(2027, 1, 4)


def test_counting_on_and_counting_between_agree() -> None:
    assert all(business_days_between(FRIDAY, add_business_days(FRIDAY, count)) == count for count in range(60))

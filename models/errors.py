"""Errors named for the rule that was broken; `web/errors.py` turns them into answers."""


class DomainError(Exception):
    """A rule of the domain does not allow what was asked."""

    code = "rule_broken"


class NotAllowed(DomainError):
    """The account may not do this."""

    code = "not_allowed"


class IllegalMove(DomainError):
    """The lifecycle does not lead from the current stage to the requested one."""

    code = "illegal_move"


class NobodyLeft(DomainError):
    """After this nobody would be responsible any longer."""

    code = "nobody_left"


class StaleVersion(DomainError):
    """Somebody else changed the row since the form was opened."""

    code = "stale_version"


class AlreadyDecided(DomainError):
    """Somebody else decided first."""

    code = "already_decided"


class CapacityExhausted(DomainError):
    """What was to be promised has been promised to others already."""

    code = "capacity_exhausted"


class YearlyLimitReached(DomainError):
    """The offer has been promised as often as its owner allows in one fiscal year."""

    code = "yearly_limit_reached"


class TooManyEnquiries(DomainError):
    """The recipient already has as many open enquiries as one recipient may have."""

    code = "too_many_enquiries"


class ConsentMissing(DomainError):
    """A person did not consent to this use of their data."""

    code = "consent_missing"


class WayMissing(DomainError):
    """What is entered for somebody else does not say who said it, and in which way."""

    code = "way_missing"


class InvalidValue(DomainError):
    """A value lies outside of what the model accepts."""

    code = "invalid_value"


class AgreementIncomplete(DomainError):
    """The agreement does not hold what the principles of the municipality ask for."""

    code = "agreement_incomplete"


class NotInHand(DomainError):
    """More was to come back, be used up or be missing than was handed over and is outstanding."""

    code = "not_in_hand"


class LedgerUnbalanced(DomainError):
    """Things that were lent, or money, are still outstanding."""

    code = "ledger_unbalanced"

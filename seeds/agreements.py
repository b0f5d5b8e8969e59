"""The agreements of the demo town: written from the need and from what each party promised, signed by all."""

from datetime import date, datetime
from typing import Final

from models import (
    Account,
    AgreementVersion,
    CollaborationForm,
    ConsentChannel,
    MatchingTable,
    Partnership,
    Party,
    PartyTerms,
    Side,
)
from models.years import town_day
from seeds.identity import identified

# Up to so many parties settle it by an accord; more hold it together.
BY_ACCORD: Final = 2


def draft_agreement(
    partnership: Partnership, key: str, *, starts_on: date, ends_on: date, by: Account, at: datetime
) -> tuple[AgreementVersion, MatchingTable]:
    """Write a first version that still misses by what it will be evaluated, and what was settled before."""
    table = MatchingTable(partnership=partnership, called_by=by, place="市民活動センター 打合せ室")
    table.settle(
        what=f"{partnership.title}を、役割を分けて進める。",
        how_long="半年、月に二回",
        cost="実費は募集した側",
        on=town_day(at),
    )
    version = _write(partnership, key, starts_on=starts_on, ends_on=ends_on, by=by, at=at)
    version.evaluation_measure = ""
    return version, identified(table, key, at=at)


def sign_agreement(
    partnership: Partnership, key: str, *, starts_on: date, ends_on: date, by: Account, at: datetime
) -> AgreementVersion:
    """Write the agreement of a partnership, let every party sign it, and bring it into force."""
    version = _write(partnership, key, starts_on=starts_on, ends_on=ends_on, by=by, at=at)
    for party in partnership.parties:
        signature = version.sign(
            party,
            name=party.participant.contact_name or party.participant.name,
            capacity="本人" if party.participant.is_resident else "代表",
            by=by,
            at=at,
            latest=1,
            channel=ConsentChannel.FACE_TO_FACE,
        )
        identified(signature, key, str(party.position), at=at)
    partnership.agree(1, starts_on=starts_on, ends_on=ends_on, evaluation_on=ends_on, by=by, at=at)
    return version


def _write(
    partnership: Partnership, key: str, *, starts_on: date, ends_on: date, by: Account, at: datetime
) -> AgreementVersion:
    version = AgreementVersion(
        number=1,
        written_at=at,
        title=partnership.title,
        problem=partnership.need.body or partnership.title,
        purpose=f"「{partnership.title}」を、みんなで力を合わせてかなえる。",
        activity=f"{partnership.title}を、役割を分けてともに行う。",
        form=CollaborationForm.CO_HOSTING if len(partnership.parties) > BY_ACCORD else CollaborationForm.ACCORD,
        goal=partnership.title,
        goal_measure="募集に書いた内容を、期間のうちにすべて行う。",
        goal_due_on=ends_on,
        starts_on=starts_on,
        ends_on=ends_on,
        cost="それぞれの持ち出しはなし。材料などの実費は、募集した側が負担する。",
        information="月に一度、進みぐあいを知らせ合う。",
        public_summary=f"「{partnership.title}」にともに取り組みます。" if partnership.is_public else "",
        private_reason="" if partnership.is_public else "参加する人の希望で、公開しない。",
        opportunity="募集を町に公開し、確認を経た候補に声をかけた。",
        change_terms="変えたいとき、やめたいときは、調整する人に伝え、みんなで話し合って決める。",
        results="記録と成果物は、みんなで使える。",
        personal_data="名前と連絡先は、この取組のためだけに使い、終わったら消す。",
        evaluation_on=ends_on,
        evaluation_measure="予定した回数を行えたか、参加した人の声はどうか。",
        partnership=partnership,
        written_by=by,
        terms=[_terms(party, key, at) for party in partnership.parties],
    )
    return identified(version, key, "1", at=at)


def _terms(party: Party, key: str, at: datetime) -> PartyTerms:
    gifts = "、".join(commitment.item.what for commitment in party.commitments)
    if party.side is Side.REQUESTER:
        role, duty, benefit = "全体の進行と連絡", "日程を決め、みんなに知らせる", "困りごとが片づき、続けていける"
        burden, may_change, to_keep = "準備の打合せ", "日時と場所", "地域の決まりごと"
    else:
        role, duty, benefit = f"{gifts}の提供", f"約束した{gifts}を期日までに用意する", "地域とのつながりができる"
        burden, may_change, to_keep = "準備と当日の時間", "やり方の細かなところ", "自分の時間の上限"
    terms = PartyTerms(
        position=party.position,
        name=party.participant.name,
        leads=party.leads,
        role=role,
        duty=duty,
        benefit=benefit,
        burden=burden,
        benefit_weight=3,
        burden_weight=2,
        may_change=may_change,
        to_keep=to_keep,
        party=party,
    )
    return identified(terms, key, str(party.position), at=at)

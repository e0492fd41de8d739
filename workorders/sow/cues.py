"""The words that tell how a clause is meant. Small tables, read from top to bottom; the first match wins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

ReadingKind = Literal[
    "step",
    "safety",
    "prerequisite",
    "material",
    "evidence",
    "limit",
    "out_of_scope",
    "commercial",
    "contact",
    "information",
]
PhaseKind = Literal["prepare", "arrive", "install", "test", "close_out"]
EvidenceKind = Literal["photo", "serial", "reading", "choice", "text", "signature", "count", "confirmation"]


def _cue(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HeadingCue:
    """What a heading says of the clauses below it; `reading` None leaves the reading to the clause itself."""

    pattern: re.Pattern[str]
    reading: ReadingKind | None
    phase: PhaseKind | None


@dataclass(frozen=True, slots=True)
class TextCue:
    """What words in the clause itself say."""

    pattern: re.Pattern[str]
    reading: ReadingKind
    why: str


HEADING_CUES = (
    HeadingCue(
        _cue(r"out[- ]of[- ]scope|exclusions?\b|excluded|not included|not in scope"), "out_of_scope", None
    ),
    HeadingCue(
        _cue(
            r"(cross-|standards? |normative )?references?$|bibliography|glossary|definitions|acronyms|abbreviations"
            r"|revision history|version history|document control|related documents|introduction|background|purpose$"
            r"|overview$|executive summary|table of contents|.*\balignment$|.*\bcross-reference$|.*adoption"
            r"|.*deployment patterns|classifications?$|.*space type summary"
        ),
        "information",
        None,
    ),
    HeadingCue(
        _cue(
            r".*\bcosts?\b|pricing|price|payments?|invoic|fees?\b|rates?$|commercial|billing|penalt|.*\bTCO\b"
            r"|warrant(y|ies)|liabilit|insurance|terms (and|&) conditions|procurement|.*procurement checklist"
            r"|.*contractor qualification"
        ),
        "commercial",
        None,
    ),
    HeadingCue(
        _cue(r".*\bcontacts?\b|escalation|who to call|support (desk|numbers?)|stakeholders"), "contact", None
    ),
    HeadingCue(
        _cue(r".*\bsafety\b|hazards?|ppe\b|health and safety|.*risk assessment|.*fire protection"),
        "safety",
        None,
    ),
    HeadingCue(
        _cue(
            r"(pre-?|before )(install|arriv|deploy|visit|survey|work|site|start)|prerequisites?|.*\bprerequisites"
            r"|site readiness|dependenc|assumptions|(customer|client|landlord|site|retailer) responsibilit"
            r"|(customer|client)[- ]provided|access requirements"
        ),
        "prerequisite",
        "prepare",
    ),
    HeadingCue(
        _cue(
            r".*\bcomponents?\b|bill of materials?|.*\bmaterials?\b|parts( list)?$|.*\btools\b|equipment list|.*\bkit\b"
            r"|what to bring|hardware (list|provided)|consumables|box contents"
        ),
        "material",
        "prepare",
    ),
    HeadingCue(
        _cue(
            r"capture:?$|.*\bdeliverables\b|required documentation|.*documentation package|.*inventory template"
            r"|.*report template|close-?out (package|documents|deliverables)|.*(required|following) (photos|pictures)"
            r"|photo (requirements|list)|.*\bevidence\b|proof of"
        ),
        "evidence",
        None,
    ),
    HeadingCue(
        _cue(
            r"troubleshooting|.*support$|.*review agenda|.*workflow$|how to verify|.*pass/fail checklist|results$"
            r"|frequently asked|faq|options$|.*maintenance schedule"
        ),
        "information",
        None,
    ),
)

PHASE_CUES: tuple[tuple[re.Pattern[str], PhaseKind], ...] = (
    (
        _cue(
            r"pre-?(install|survey|visit|deploy|work)|before (arriv|you|the visit|installation)|prerequisite"
        ),
        "prepare",
    ),
    (
        _cue(r"arriv|check[- ]?in\b|on-?site access|sign-?in|identif|locate\b|site access|uncrat|unpack"),
        "arrive",
    ),
    (
        _cue(
            r"close[- ]?out|completion|complete the call|documentation|hand-?(off|over)|sign-?off|clean-?up|depart|decommission"
            r"|as-built|wrap|before leaving|post-?install|acceptance|demobili"
        ),
        "close_out",
    ),
    (
        _cue(r"test|validat|verif|commission|quality checklist|inspection|troubleshoot|functional check"),
        "test",
    ),
    (
        _cue(
            r"install|mount|cabl|config|wiring|connect|initiali|placement|placing|power|ground|rack|setup|set-up|labell?ing"
            r"|termination|removal|replacement|swap|upgrade|backboard|enclosure|anchor"
        ),
        "install",
    ),
    (_cue(r"survey|design|plan|prepar|schedul|staging|procure|logistics|approval|readiness"), "prepare"),
)

SAFETY_TEXT = _cue(
    r"PPE|hard hats?|hi-?vis|safety (glasses|shoes|boots|vest|harness|briefing)|lock-?out|tag-?out|LOTO\b|fall protection"
    r"|working at height|work at height|asbestos|hazard|confined space|arc flash|live (wires?|parts|electrical|conductors)"
    r"|electrocut|electric shock|de-?energi[sz]e|fire watch|hot works?\b|evacuat|first aid|injur|walkways? clear"
    r"|keep (walkways|exits|aisles)|trip hazard|spotter|stop work|danger|warning:"
)
TEXT_CUES = (
    TextCue(
        _cue(
            r"out[- ]of[- ]scope|not in(cluded in)? (the )?scope|(is|are) not included|(is|are|be) excluded|excludes\b"
            r"|not (be )?responsible for|by others\b|not part of (this|the) (work|scope|project)|under a separate (contract|order)"
        ),
        "out_of_scope",
        "says it is not part of the work",
    ),
    TextCue(SAFETY_TEXT, "safety", "speaks of a hazard"),
    TextCue(
        re.compile(
            r"(?:[$€£]\s?\d|\d\s?(?:USD|EUR|GBP|CAD)\b)|\b(?:invoic|payment|purchase order|change order|hourly rate|overtime rate"
            r"|per diem|mileage|liquidated damages|late fee|penalt|flat rate|billable|reimburs|net 30)",
            re.IGNORECASE,
        ),
        "commercial",
        "speaks of money",
    ),
    TextCue(
        re.compile(
            r"[\w.+-]+@[\w-]+\.\w{2,}|(?<![\w.])\+?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b|\+\d[\d ()-]{8,}\d"
        ),
        "contact",
        "gives a phone number or an e-mail address",
    ),
    TextCue(
        _cue(
            r"for (questions|help|support|assistance)\b.*\b(contact|call|open an issue)|(main|site) contact( is)?:|point of contact"
        ),
        "contact",
        "says whom to ask",
    ),
)

CONDITION = _cue(
    r"(customer|client|landlord|facility|retailer|store manager|site)( \w+)? (shall|must|will|is to|to) (provide|ensure|supply|arrange"
    r"|make available|confirm|have)|must be (in place|available|active|ready|complete[d]?) (before|prior)|prior to (arrival|the visit|install)"
)
OBLIGATION = _cue(
    r"must|shall|(is|are) (required|mandatory|prohibited|not (allowed|permitted))|required (on|for|in)|may not|do not|never|only"
    r"|not suitable|should be|not interchangeable"
)
MEASURE = re.compile(
    r"[≤≥<>±]|\b(?:minimum|maximum|at least|at most|no more than|no less than|not exceed|exceeds?|up to|within|or (?:less|more|higher|fewer))\b"
    r"|\d\s?(?:[-–]\s?\d+\s?)?(?:mm|cm|m|meters?|metres?|ft|feet|in|inch(?:es)?|lbs?|kg|W|V|A|°[CF]|dBm?|Mbps|Gbps|GHz|ms|%|psf|Nm|AWG|U)(?![A-Za-z])",
    re.IGNORECASE,
)

VERBS: dict[PhaseKind, str] = {
    "prepare": (
        "schedule plan order obtain request submit download import define generate create design review read print bring"
        " prepare gather collect charge pack stage coordinate calculate address determine approve procure register"
    ),
    "arrive": (
        "arrive greet introduce check-in report identify locate find walk escort explain meet unpack uncrate survey park"
        " notify announce"
    ),
    "install": (
        "install mount attach fix fasten bolt screw drill anchor secure place position hang run route pull terminate crimp"
        " connect plug patch cable wire label tag power turn switch boot start wait configure assign apply add enable set"
        " program pair update upgrade load replace remove disconnect swap swap-out dismount uninstall ground bond seal"
        " adjust align assemble build insert fit cut strip splice lay lift move leave keep use maintain provide select"
        " dress bundle torque tighten level reboot restart log enter type reconnect clear follow put make reinforce"
    ),
    "test": (
        "test verify check validate confirm inspect measure ensure count scan ping audit compare export reject try observe"
        " demonstrate monitor simulate prove examine run-test"
    ),
    "close_out": (
        "photograph take capture record document upload attach-photo sign hand return clean tidy dispose ship obtain-signature"
        " complete fill close call email send leave-site train show remove-debris sweep file note mark depart"
    ),
}
# Imperatives that are also everyday nouns. The first group counts as a verb only when an object with an article or
# preposition follows ("Power on the …"), the second also before a plain object ("Test throughput on …").
NOUNS_FIRST = re.compile(
    r"power|cable|ground|level|plan|switch|patch|wire|anchor|stage|screw|file|bond|tag|design|order|request|call|contact|form"
    r"|sign|program|type|note|mark"
)
NOUNS_TOO = re.compile(
    r"test|label|report|survey|document|record|check|review|count|export|update|upgrade|swap|log|scan|plug|walk|close|load|seal"
    r"|complete|clear|clean|secure|return|train|use|schedule|import|photograph|measure|capture|monitor|audit|ping|exit|mount"
    r"|place|position|fit|start|set|cut|park|move|lift|lay|strip|show|hand"
)
OBJECT_FOLLOWS = re.compile(
    r"(?:the|a|an|all|any|each|every|both|on|off|in|up|out|down|to|with|that|this|your|its|new|if|for|from|only|at|as|no|not|per"
    r"|behind|under|above|against|existing|serial|\d)\b",
    re.IGNORECASE,
)
# "Test results" names a thing, "Test outlets" does not.
NAMES_A_THING = re.compile(
    r"(?:results?|reports?|plans?|data|equipment|forms?|templates?|documents?|records?|numbers?|sheets?|points?|areas?|package"
    r"|criteria|procedures?|schedule|window|agenda|lists?|paths?|requirements?|instructions?|methods?|tools?)\W*$",
    re.IGNORECASE,
)
FINITE_VERB = re.compile(
    r"\s(?:is|are|must|shall|will|was|were|has|have|should|can|may|needs?)\s", re.IGNORECASE
)
ABOUT_THE_DOCUMENT = re.compile(
    r"use (?:this|the following|these) (?:checklist|document|section|table|template|form|guide)", re.I
)
NOT_LATER_VERBS = frozenset(
    {"use", "note", "keep", "report", "contact", "show", "follow", "maintain", "determine", "include"}
)

EVIDENCE_CUES: tuple[tuple[re.Pattern[str], EvidenceKind], ...] = (
    (
        _cue(
            r"photos?\b|photograph|pictures?\b|before and after|images?\b|jpe?g|screenshots?|visual proof|heat maps?"
        ),
        "photo",
    ),
    (_cue(r"serial (numbers?|no)|serial,|mac address|asset tag|barcode|imei"), "serial"),
    (_cue(r"sign-?off|signature|signed|clear slip|sign the|acceptance form|initials"), "signature"),
    (_cue(r"counts?\b|number of|how many|quantity|qty|inventory check|parts used"), "count"),
    (
        _cue(
            r"measure|throughput|latency|jitter|signal (level|strength)|rssi|snr|voltage|resistance|temperature reading|link speed"
            r"|speed|torque|db(m)?\b|power delivery|meter reading|readings?\b|roaming|interference"
        ),
        "reading",
    ),
    (
        _cue(
            r"(confirm|identify|determine|select|choose|specify)\b.*\b(type|which|model|variant|size|category|option)"
        ),
        "choice",
    ),
    (_cue(r"pass/fail|pass or fail|yes/no"), "choice"),
    (
        _cue(
            r"(write|note|record|document|list|describe|report)\b|notes$|comments?$|coordinates|model$|findings|reason"
        ),
        "text",
    ),
)

# Minutes a technician needs for one such step, from the first words that match; a starting point for the PM.
MINUTES: tuple[tuple[re.Pattern[str], int], ...] = (
    (_cue(r"pull|run (the |a |new )?cabl|route\b|routing|conduit|trench"), 45),
    (
        _cue(
            r"take|capture|photograph|scan|record|sign|greet|check|confirm|identify|locate|count|note|report"
        ),
        3,
    ),
    (_cue(r"mount|install|anchor|drill|hang|bolt|assemble|replace|swap"), 20),
    (_cue(r"survey|walk (the )?(facility|site|store)|spectrum|load test|train"), 30),
    (
        _cue(r"terminat|crimp|splice|dress|ground|bond|remove|dismount|secure|schedule|submit|request|order"),
        15,
    ),
    (
        _cue(
            r"configur|apply|assign|enable|program|update|upgrade|import|export|setup|load|document|create|generate"
        ),
        10,
    ),
    (_cue(r"test|validat|measure|throughput|roaming|latency|verify|audit|inspect"), 5),
    (_cue(r"connect|plug|patch|label|power|clean|unpack|explain|wait|arrive"), 5),
)
STATED_MINUTES = re.compile(
    r"\b(\d{1,3})[- ]?(?:min|mins|minutes?)\b(?!\s*(?:before|prior|early|late|window|after))", re.IGNORECASE
)

# Roles of table columns, by their header.
ACTION_COLUMN = _cue(r"activity|action|task|instruction|procedure|what to do|work item|step description")
SUBJECT_COLUMN = _cue(
    r"item|requirement|check|test|setting|document|deliverable|field|parameter|specification|attribute|component|description"
    r"|control name|material|part|equipment|product|practice|condition|location|topic|section|symptom|standard"
)
ORDER_COLUMN = re.compile(r"(?:#|no\.?|nr\.?|step|id|ref|item #|seq|line)$", re.IGNORECASE)
TICK_COLUMN = _cue(r"status|verified|done|pass|fail|complete[d]?|checked|initials?|ok|y/n|yes|no$|required")
CRITERION_COLUMN = _cue(
    r"criteri|target|requirement|specification|expected|verification|limit|acceptance|height|result|minimum|maximum|.*radius"
    r"|.+ required|.*loading|solution|value"
)
STANDARD_COLUMN = _cue(r"standard")
QUANTITY_COLUMN = _cue(r"qty|quantity|count|units?$|per site|pieces")
TICKS = re.compile(r"[☐☑☒✓✔✅]")

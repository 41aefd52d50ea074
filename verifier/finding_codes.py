"""The codes of all findings, and what the catalogue must say of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from codes.wording import Text
from verifier.verdict import Outcome, Severity


class Code(StrEnum):
    """The codes of all findings; a code is never reused for another meaning."""

    NUMBER_NORMALISED = "number_normalised"
    NUMBER_MALFORMED = "number_malformed"
    NUMBER_LEGACY = "number_legacy"
    NUMBER_SPECIAL = "number_special"
    NAME_NORMALISED = "name_normalised"
    NOT_FOUND = "not_found"
    ROW_NOT_PROVED = "row_not_proved"
    REGISTRY_NOT_ASKED = "registry_not_asked"
    REGISTRY_UNREACHABLE = "registry_unreachable"
    KEY_DOCUMENT_UNAVAILABLE = "key_document_unavailable"
    TRUST_LIST_UNSIGNED = "trust_list_unsigned"
    TRUST_LIST_OLDER = "trust_list_older"
    TRUST_LIST_FORKED = "trust_list_forked"
    TRUST_LIST_OLD = "trust_list_old"
    CHECK_INCOMPLETE = "check_incomplete"

    SIGNATURE_GENUINE = "signature_genuine"
    SIGNATURE_ON_RECORD = "signature_on_record"
    SIGNATURE_INVALID = "signature_invalid"
    ALGORITHM_UNAVAILABLE = "algorithm_unavailable"
    SECOND_SIGNATURE_GENUINE = "second_signature_genuine"
    SECOND_SIGNATURE_UNCHECKED = "second_signature_unchecked"
    SECOND_SIGNATURE_CONTRADICTS = "second_signature_contradicts"
    BODY_UNKNOWN = "body_unknown"
    KEY_UNKNOWN = "key_unknown"
    KEY_NOT_VALID_THEN = "key_not_valid_then"
    KEY_COMPROMISED = "key_compromised"
    KEY_COMPROMISED_UNASKED = "key_compromised_unasked"
    OUT_OF_SCOPE = "out_of_scope"
    FILING_LAPSED = "filing_lapsed"
    FILING_SUSPENDED_THEN = "filing_suspended_then"
    FILING_WITHDRAWN_THEN = "filing_withdrawn_then"
    ISSUER_ENTITLED = "issuer_entitled"
    ISSUED_IN_FUTURE = "issued_in_future"

    REGISTERED = "registered"
    NOT_REGISTERED = "not_registered"
    LOGGED = "logged"
    NOT_IN_LOG = "not_in_log"
    LOG_PENDING = "log_pending"
    LIFE_PENDING = "life_pending"
    LOG_UNREADABLE = "log_unreadable"
    LOG_OLDER = "log_older"
    FILE_NOT_IN_LOG = "file_not_in_log"
    PROOF_STAPLED = "proof_stapled"
    PROOF_STAPLED_WRONG = "proof_stapled_wrong"
    RECORD_ERASED = "record_erased"
    STATUS_CURRENT = "status_current"
    COPY_SUPERSEDED = "copy_superseded"
    RECORD_CORRECTED = "record_corrected"
    AWARD_SUSPENDED = "award_suspended"
    AWARD_REVOKED = "award_revoked"
    AWARD_ANNULLED = "award_annulled"
    AWARD_CANCELLED = "award_cancelled"
    BODY_RENAMED = "body_renamed"
    BODY_MERGED = "body_merged"
    STATUS_ON_DAY = "status_on_day"
    STATUS_LIST_AGREES = "status_list_agrees"
    STATUS_LIST_DIFFERS = "status_list_differs"
    STATUS_LIST_VALID = "status_list_valid"
    STATUS_LIST_INVALID = "status_list_invalid"
    STATUS_LIST_SUSPENDED = "status_list_suspended"
    STATUS_LIST_REPLACED = "status_list_replaced"
    STATUS_LIST_OLD = "status_list_old"
    STATUS_LIST_OLDER = "status_list_older"
    STATUS_LIST_BROKEN = "status_list_broken"
    STATUS_LIST_UNAVAILABLE = "status_list_unavailable"
    UPLOADED = "uploaded"
    UPLOADED_BEFORE_CORRECTION = "uploaded_before_correction"
    UPLOADED_ON_CORRECTION_DAY = "uploaded_on_correction_day"
    UPLOAD_DUE = "upload_due"
    UPLOAD_LATE = "upload_late"
    UPLOAD_NOT_KNOWN = "upload_not_known"
    COPY_REISSUED = "copy_reissued"
    COPY_ARCHIVE = "copy_archive"

    QR_EMPTY = "qr_empty"
    QR_NO_FRAGMENT = "qr_no_fragment"
    QR_NOT_A_CERTIFICATE = "qr_not_a_certificate"
    QR_OTHER_TEXT = "qr_other_text"
    QR_LEADS_ELSEWHERE = "qr_leads_elsewhere"
    QR_DAMAGED = "qr_damaged"
    QR_NEWER = "qr_newer"
    FOREIGN_HOST = "foreign_host"
    HOST_DISGUISED = "host_disguised"
    PAPER_NOT_SEEN = "paper_not_seen"
    SIGNED_RECORD_ONLY = "signed_record_only"
    NAME_NOT_CHECKED = "name_not_checked"
    DOCUMENT_NUMBER_NOT_CHECKED = "document_number_not_checked"

    QR_NOT_FOUND = "qr_not_found"
    QR_CONFLICT = "qr_conflict"
    SEVERAL_CERTIFICATES = "several_certificates"
    OTHER_QR_IGNORED = "other_qr_ignored"
    OTHER_QR_FOREIGN = "other_qr_foreign"
    FIELD_AGREES = "field_agrees"
    FIELD_DIFFERS = "field_differs"
    FIELD_NOT_COMPARED = "field_not_compared"
    FIELD_COVERED = "field_covered"
    FIELD_TWICE = "field_twice"
    OVERLAID_TEXT = "overlaid_text"
    EXTRA_TEXT = "extra_text"
    PICTURE_NOT_COMPARED = "picture_not_compared"
    PICTURE_OUT_OF_TIME = "picture_out_of_time"
    FILE_IDENTICAL = "file_identical"
    FILE_NOT_IDENTICAL = "file_not_identical"
    FILE_NOT_ON_RECORD = "file_not_on_record"
    FILE_EMPTY = "file_empty"
    FILE_ENCRYPTED = "file_encrypted"
    FILE_KIND_UNSUPPORTED = "file_kind_unsupported"
    FILE_TOO_BIG = "file_too_big"
    FILE_TOO_HEAVY = "file_too_heavy"
    FILE_OUT_OF_TIME = "file_out_of_time"
    FILE_TOO_MANY_PAGES = "file_too_many_pages"
    FILE_TWO_KINDS = "file_two_kinds"
    FILE_UNREADABLE = "file_unreadable"
    FILES_WAITING = "files_waiting"
    SYSTEM_BUSY = "system_busy"

    PICTURE_FIELD_AGREES = "picture_field_agrees"
    PICTURE_FIELD_UNCLEAR = "picture_field_unclear"
    PHOTO_AGREES = "photo_agrees"
    PHOTO_DIFFERS = "photo_differs"
    PHOTO_UNCLEAR = "photo_unclear"
    PICTURE_NOT_PLAIN = "picture_not_plain"
    PICTURE_NOT_ALIGNED = "picture_not_aligned"
    PAGE_DIFFERS_ELSEWHERE = "page_differs_elsewhere"
    PAGE_UNCLEAR_ELSEWHERE = "page_unclear_elsewhere"
    PICTURE_OTHER_PAPERS = "picture_other_papers"
    PICTURE_TEXT_BESIDE = "picture_text_beside"
    PICTURE_PART_MISSING = "picture_part_missing"
    PICTURE_BY_PRINT = "picture_by_print"
    PRINT_NOT_FOUND = "print_not_found"
    QR_OF_ANOTHER = "qr_of_another"
    SEAL_WHOLE = "seal_whole"
    SEAL_SIGNER_KNOWN = "seal_signer_known"
    SEAL_SIGNER_UNKNOWN = "seal_signer_unknown"
    SEAL_OTHER_NAME = "seal_other_name"
    SEAL_REVOKED = "seal_revoked"
    SEAL_OUT_OF_TIME = "seal_out_of_time"
    SEAL_MISSING = "seal_missing"
    SEAL_UNREADABLE = "seal_unreadable"
    SEAL_RESAVED = "seal_resaved"
    SEAL_HOLLOW = "seal_hollow"
    SEAL_DAMAGED = "seal_damaged"
    SEAL_EXTENDED = "seal_extended"
    SEAL_BLANKS_AFTER = "seal_blanks_after"
    SEAL_GAP = "seal_gap"
    SEAL_PADDED = "seal_padded"
    SEAL_REVISIONS = "seal_revisions"
    SEAL_SEVERAL = "seal_several"
    SEAL_OF_ANOTHER_FILE = "seal_of_another_file"
    FILE_HOLDS_MORE = "file_holds_more"
    FILE_SAVED_ANEW = "file_saved_anew"
    PAGE_AGREES = "page_agrees"
    PAGE_SEAL_ABSENT = "page_seal_absent"
    PAGE_DIFFERS = "page_differs"
    PAGE_COVERED = "page_covered"
    PAGE_MARKED = "page_marked"
    PAGES_ADDED = "pages_added"
    PAGE_ADDED_DIFFERS = "page_added_differs"
    ATTACHED_OTHER = "attached_other"

    DEMO = "demo"

    NUMBER_SAYS = "number_says"
    NUMBER_NEAR = "number_near"
    DOCUMENT_NUMBER_DOUBTFUL = "document_number_doubtful"

    HOLDER_NOT_ASKED = "holder_not_asked"

    LINK_OURS = "link_ours"
    LINK_NATIONAL = "link_national"
    LINK_LOOK_ALIKE = "link_look_alike"
    LINK_FOREIGN = "link_foreign"
    LINK_MALFORMED = "link_malformed"
    LINK_DISGUISED = "link_disguised"
    LINK_UNENCRYPTED = "link_unencrypted"
    LINK_CARRIES_RECORD = "link_carries_record"
    LINK_CARRIES_NOTHING = "link_carries_nothing"


BUSY: Final = frozenset({Code.SYSTEM_BUSY, Code.FILES_WAITING})
"""Codes of what was not looked at for want of time or place: it is to be asked again."""
UNREAD: Final = frozenset(
    {
        Code.FILE_EMPTY,
        Code.FILE_ENCRYPTED,
        Code.FILE_KIND_UNSUPPORTED,
        Code.FILE_TOO_BIG,
        Code.FILE_TOO_HEAVY,
        Code.FILE_TOO_MANY_PAGES,
        Code.FILE_TWO_KINDS,
        Code.FILE_UNREADABLE,
    }
)
"""Codes of a file in which nothing could be read."""
UNFINISHED: Final = BUSY | {Code.PICTURE_OUT_OF_TIME, Code.FILE_OUT_OF_TIME}
"""And of what was begun and not finished in time, which may be the file's doing as well."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the catalogue says of one code.

    Args:
        severity: how much the finding matters.
        forces: the outcome this finding alone makes of a verdict; None when it only informs.
        text: both sentences, with `{slot}` where a value is filled in.
    """

    severity: Severity
    forces: Outcome | None
    text: Text

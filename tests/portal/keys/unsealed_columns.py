"""Columns of bytes that stand open in the database."""

# Bytes that are no sealed value: hashes, and what anybody may know.
IN_THE_CLEAR = {
    "accounts.LimitHit.subject",
    "accounts.Block.subject",
    "accounts.Code.nonce",
    "audit.AuditSeal.digest",
    "audit.AuditAnchor.digest",
    "enrollment.StudentRecord.fingerprint",
    "enrollment.Photo.source_mark",
    "enrollment.BatchPhoto.source_mark",
    "enrollment.ImportBatch.file_sha256",
    "enrollment.StatusReport.file_sha256",
    "enrollment.SigningKey.certificate",
}

/// Codes for `--why`: what is counted later must not be free text.
package enum ReasonCodes {
    package static let close = [
        "CONTAINED", "MITIGATED", "REFERRED", "BENIGN", "FALSE-POSITIVE", "POLICY-VIOLATION",
        "OPERATIONAL-ERROR",
        "INFORMATION-ONLY", "DUPLICATE",
    ]
    package static let decline = ["TOO-MANY", "NEEDS-CALL", "REST", "WRONG-COMPARTMENT"]
    package static let reopen = ["NEW-EVIDENCE", "UNSEEN-CHANGES", "PARTNER-REPLY", "CLOSED-IN-ERROR"]
    package static let lower = [
        "NOT-CREDIBLE", "INSUFFICIENT", "CONTAINED", "WRONG-ENTITY", "OUT-OF-SCOPE", "ENTERED-IN-ERROR",
    ]
}

// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileSopsEdr = RuleBookDecoder.File(
        name: "sops/edr.yaml",
        text: #"""
            # Emergency data request: somebody with a badge asks for data because a life is at stake.
            #
            # A key never changes while the step means the same; its text may, then raise `version`. A\#
             case keeps the texts that
            # it was given. A step is left out only with a code. `mandatory` holds back the closing of\#
             the case.
            book: checklist
            version: 1
            effective: 2026-11-22
            review_by: 2027-05-22
            owner: lead

            checklist:
              id: edr
              title: Emergency data request
              type: EDR

            steps:
              - key: receipt
                text: Write down when it came in and by which channel.
                mandatory: true
                gate: V1

              - key: acknowledge
                text: Tell the agency that we have it.
                mandatory: true
                milestone: acknowledged

              - key: search
                text: "Look for other cases: same agency, same officer, same target."
                mandatory: true
                gate: V8

              - key: preserve
                text: Preserve the account as it is now.
                mandatory: true
                milestone: preserved

              - key: domain
                text: Check the sender's domain against the directory. It is never enough alone.
                mandatory: true
                gate: V2

              - key: callback
                text: Call back on the directory's number. Never on a number from the request.
                mandatory: true
                gate: V3

              - key: supervisor
                text: Get a supervisor's name and number and ask whether the request is theirs.
                mandatory: true
                gate: V4

              - key: document
                text: "Read the document: signatures, seals, laws that do not exist."
                mandatory: true
                gate: V5

              - key: emergency
                text: "Write the emergency in the statute's terms: whose life, what danger, why now."
                mandatory: true
                gate: V6
                milestone: emergency-stated

              - key: minimum
                text: Choose the smallest data that answers it. Keep contents and records apart.
                mandatory: true
                gate: V7

              - key: confirm
                text: Propose the decision. A second person confirms; a foreign agency needs the legal\#
             approver.
                mandatory: true
                gate: V9
                milestone: confirmed
                roles: [specialist, lead]

              - key: deliver
                text: Deliver by a secure channel and write down the hash of what was sent.
                mandatory: true
                milestone: disclosed
                roles: [specialist, lead]

              - key: paperwork
                text: Ask for the written request and set its due date.
                mandatory: true
                gate: V10

              - key: tell-owner
                text: "A life at risk: tell the owner of the threat-to-life or child-safety case."
                mandatory: false

              - key: fraud
                text: "Fraud suspected: refuse, preserve, warn all sites, tell the real agency."
                mandatory: false

            """#)
}

// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileSopsMce = RuleBookDecoder.File(
        name: "sops/mce.yaml",
        text: #"""
            # Mass-casualty event. See edr.yaml for how steps are kept.
            book: checklist
            version: 1
            effective: 2026-11-22
            review_by: 2027-05-22
            owner: lead

            checklist:
              id: mce
              title: Mass-casualty event
              type: MCE

            steps:
              - key: declare
                text: Declare it. Name commander, scribe and liaison.
                mandatory: true
                milestone: declared
                roles: [lead]

              - key: facts
                text: Write facts with source and time. Keep rumours apart.
                mandatory: true

              - key: perpetrator
                text: Find the perpetrator's accounts and live streams.
                mandatory: true

              - key: stop
                text: Stop what is live, disable, preserve.
                mandatory: true
                milestone: content-disabled

              - key: hashes
                text: Build the set of hashes. Decide whether to share it.
                mandatory: true

              - key: channels
                text: "Join the channels of the industry: GIFCT, Tech Against Terrorism."
                mandatory: true

              - key: reuploads
                text: Watch for re-uploads, edits, bystanders' and fake footage.
                mandatory: true

              - key: orders
                text: Attach every legal order as a clock.
                mandatory: true

              - key: police
                text: Name one point of contact at the police.
                mandatory: true

              - key: policy
                text: "Agree on the line: news, condemnation, glorification."
                mandatory: true
                milestone: policy-decided

              - key: surge
                text: Surge roster at both sites. Nobody reviews graphic material for more than an hou\#
            r.
                mandatory: true

              - key: sitrep
                text: Situation report every 30 minutes.
                mandatory: true

              - key: handoff
                text: Hand off on the telephone, with a read-back.
                mandatory: true

              - key: stand-down
                text: Stand down when the volume falls and stays down.
                mandatory: true
                milestone: stood-down
                roles: [lead]

              - key: debrief
                text: Debrief within 72 hours, people first.
                mandatory: true
                milestone: debriefed

            """#)
}

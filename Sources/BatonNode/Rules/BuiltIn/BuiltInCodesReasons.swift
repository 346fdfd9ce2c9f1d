// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileCodesReasons = RuleBookDecoder.File(
        name: "codes/reasons.yaml",
        text: #"""
            # Words by which people say why. A code is never renamed and never taken away: `retired: t\#
            rue` hides it.
            book: codes
            version: 1
            effective: 2026-11-22
            review_by: 2027-05-22
            owner: lead

            codes:
              - {code: CREDIBLE, meaning: "we believe it", uses: [triage, severity]}
              - {code: NOT-CREDIBLE, meaning: "looked at and not believed", uses: [triage, severity, c\#
            lose]}
              - {code: INSUFFICIENT, meaning: "too little to judge", uses: [triage, severity]}
              - {code: DUPLICATE, meaning: "another case has it", uses: [triage, close]}
              - {code: OUT-OF-SCOPE, meaning: "not this team's work", uses: [triage, close]}
              - {code: WRONG-ENTITY, meaning: "addressed to the wrong company or country", uses: [tria\#
            ge, edr, close]}

              - {code: DISCLOSED, meaning: "what was asked was given", uses: [edr, close]}
              - {code: PARTIAL, meaning: "a part of what was asked was given", uses: [edr, close]}
              - {code: PRESERVE-ONLY, meaning: "kept, nothing given", uses: [edr, close]}
              - {code: REFUSED-NO-EMERGENCY, meaning: "no danger of death or serious injury was shown"\#
            , uses: [edr, close]}
              - {code: REFUSED-UNVERIFIED, meaning: "we could not tell who asked", uses: [edr, close]}
              - {code: FRAUD-SUSPECTED, meaning: "looks like somebody posing as police", uses: [edr, c\#
            lose]}
              - {code: FRAUD-CONFIRMED, meaning: "the real agency says that it is not theirs", uses: [\#
            edr, close]}
              - {code: WITHDRAWN, meaning: "the agency took it back", uses: [edr, close]}
              - {code: GAP-CHANNEL, meaning: "no gate V1: the channel is new to us", uses: [edr]}
              - {code: GAP-DOMAIN, meaning: "no gate V2: the domain is not in our directory", uses: [e\#
            dr]}
              - {code: GAP-CALLBACK, meaning: "no gate V3: nobody could be called back in time", uses:\#
             [edr]}
              - {code: GAP-SUPERVISOR, meaning: "no gate V4: no supervisor could be reached in time",\#
             uses: [edr]}
              - {code: GAP-DOCUMENT, meaning: "no gate V5: the document could not be checked in time",\#
             uses: [edr]}
              - {code: GAP-HISTORY, meaning: "no gate V8: earlier requests could not be seen", uses: [\#
            edr]}

              - {code: WAIT-LE, meaning: "waiting for law enforcement", uses: [clock]}
              - {code: WAIT-LEGAL, meaning: "waiting for counsel", uses: [clock]}
              - {code: WAIT-PRODUCT, meaning: "waiting for a product team", uses: [clock]}
              - {code: PARTITION, meaning: "the other site cannot be reached", uses: [clock, takeover]\#
            }
              - {code: WRONG-TIME, meaning: "the time that was written down was wrong", uses: [clock]}
              - {code: EXTENDED, meaning: "the notice or its authority allows more time", uses: [clock\#
            ]}

              - {code: N/A-ADULT, meaning: "no child is concerned", uses: [skip]}
              - {code: N/A-NO-EU, meaning: "nothing of it lies in the EU", uses: [skip]}
              - {code: N/A-NO-MEDIA, meaning: "there is no media in this case", uses: [skip]}
              - {code: DONE-ELSEWHERE, meaning: "done, but not here", uses: [skip]}
              - {code: OVERTAKEN, meaning: "events have made it pointless", uses: [skip]}

              - {code: OWNER-SILENT, meaning: "the owner does not answer", uses: [takeover]}
              - {code: OWNER-REST, meaning: "the owner needs rest", uses: [takeover]}
              - {code: S0, meaning: "life at stake, and nobody is on it", uses: [takeover]}

              - {code: CONTAINED, meaning: "the harm was stopped", uses: [close]}
              - {code: MITIGATED, meaning: "the harm was made smaller", uses: [close]}
              - {code: REFERRED, meaning: "handed to those whose work it is", uses: [close]}
              - {code: BENIGN, meaning: "there was no harm in it", uses: [close]}
              - {code: FALSE-POSITIVE, meaning: "a detector was wrong", uses: [close]}
              - {code: POLICY-VIOLATION, meaning: "against our rules, and dealt with", uses: [close]}
              - {code: OPERATIONAL-ERROR, meaning: "our own mistake", uses: [close]}
              - {code: INFORMATION-ONLY, meaning: "nothing to do", uses: [close]}

              - {code: TOO-MANY, meaning: "more cases than one person can hold", uses: [decline]}
              - {code: NEEDS-CALL, meaning: "not without talking on the telephone", uses: [decline]}
              - {code: REST, meaning: "not without rest first", uses: [decline]}
              - {code: WRONG-COMPARTMENT, meaning: "this site may not read what the case needs", uses:\#
             [decline]}

              - {code: TTL-IMMINENT, meaning: "life at stake within hours", uses: [contain]}
              - {code: CHILD-AT-RISK, meaning: "a child is in danger", uses: [contain]}
              - {code: LEGAL-ORDER, meaning: "an order or a notice asks for it", uses: [contain]}
              - {code: SPREADING, meaning: "it spreads", uses: [contain]}
              - {code: POLICY, meaning: "our rules ask for it", uses: [contain]}

              - {code: FIRST-EPOCH, meaning: "the holder of the earlier epoch keeps it", uses: [settle\#
            ]}
              - {code: LATER-VIEW, meaning: "the later view had read more", uses: [settle]}
              - {code: ESCALATED, meaning: "somebody else decides", uses: [settle]}

            """#)
}

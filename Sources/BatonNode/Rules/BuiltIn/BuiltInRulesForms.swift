// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

extension BuiltInRules {
    static let fileRulesForms = RuleBookDecoder.File(
        name: "rules/forms.yaml",
        text: #"""
            # Forms in blocks: external reports, pages, situation reports, reviews.
            #
            # `stays`: where an answer may be stored and read. `global` everywhere; `restricted` in th\#
            e restricted compartment only;
            # `contextual` as restricted, unless a person marks it clean. The fields of external repor\#
            ts follow what the recipients
            # publish for software that files with them; check them against the recipient's own schema\#
             before the first real report.
            book: forms
            version: 2
            effective: 2026-11-22
            review_by: 2027-02-22
            owner: lead

            forms:
              - id: NCMEC
                title: CyberTip
                purpose: report
                recipient: NCMEC CyberTipline
                rule: us.2258A.report
                reading: U
                counsel_ok: false
                blocks:
                  - key: incident
                    title: Incident
                    fields:
                      - {key: type, label: Type of incident, kind: choice, required: true, stays: glob\#
            al, choices: [possession-manufacture-distribution, child-trafficking, child-tourism, moles\#
            tation, enticement, obscene-to-child, misleading-domain, misleading-words]}
                      - {key: time, label: When it happened, kind: time, required: true, stays: global\#
            }
                      - {key: high-priority, label: Why it is urgent, kind: text, required: false, sta\#
            ys: contextual}
                      - {key: annotations, label: What marks it, kind: choices, required: false, stays\#
            : global, choices: [sextortion, csam-solicitation, minor-to-minor, spam, sadistic-online-e\#
            xploitation]}
                      - {key: test, label: This is a test report, kind: flag, required: true, stays: g\#
            lobal}
                  - key: reporter
                    title: Who reports
                    fields:
                      - {key: person, label: Desk or person, kind: text, required: true, stays: global\#
            }
                      - {key: contact, label: Whom law enforcement may ask, kind: text, required: true\#
            , stays: global}
                  - key: reported
                    title: Person or account reported
                    repeated: true
                    fields:
                      - {key: account, label: Account id, kind: text, required: true, stays: restricte\#
            d}
                      - {key: screen-name, label: Screen name, kind: text, required: false, stays: res\#
            tricted}
                      - {key: email, label: E-mail, kind: text, required: false, stays: restricted}
                      - {key: phone, label: Telephone, kind: text, required: false, stays: restricted}
                      - {key: ip, label: "IP address, port and time of use", kind: text, required: fal\#
            se, stays: restricted}
                      - {key: device, label: Device, kind: text, required: false, stays: restricted}
                      - {key: country, label: Country, kind: text, required: false, stays: global}
                  - key: recipient
                    title: Intended recipient
                    repeated: true
                    fields:
                      - {key: account, label: Account id, kind: text, required: false, stays: restrict\#
            ed}
                  - key: victim
                    title: Victim
                    repeated: true
                    fields:
                      - {key: account, label: Account id, kind: text, required: false, stays: restrict\#
            ed}
                      - {key: age-band, label: Age band, kind: text, required: false, stays: global}
                  - key: file
                    title: File
                    repeated: true
                    fields:
                      - {key: hash, label: Hash and its kind, kind: text, required: true, stays: conte\#
            xtual}
                      - {key: class, label: Class, kind: choice, required: false, stays: global, choic\#
            es: [A1, A2, B1, B2]}
                      - {key: viewed, label: A person of ours has viewed it, kind: flag, required: tru\#
            e, stays: global}
                      - {key: public, label: It was publicly available, kind: flag, required: false, s\#
            tays: global}
                      - {key: location, label: Where it was, kind: text, required: false, stays: restr\#
            icted}
                  - key: more
                    title: What else they should know
                    fields:
                      - {key: text, label: Free text, kind: text, required: false, stays: restricted}

              - id: NCA
                title: Report to the National Crime Agency
                purpose: report
                recipient: National Crime Agency
                rule: uk.osa66
                reading: U
                counsel_ok: false
                blocks:
                  - key: incident
                    title: Incident
                    fields:
                      - {key: priority, label: Priority, kind: choice, required: true, stays: global,\#
             choices: ["1", "2", "3"]}
                      - {key: time, label: When it was detected, kind: time, required: true, stays: gl\#
            obal}
                      - {key: covered, label: Number of a report elsewhere that covers it, kind: text,\#
             required: false, stays: global}
                      - {key: test, label: This is a test report, kind: flag, required: true, stays: g\#
            lobal}
                  - key: account
                    title: Account
                    repeated: true
                    fields:
                      - {key: id, label: Account id, kind: text, required: true, stays: restricted}
                      - {key: part, label: Suspect or victim, kind: choice, required: true, stays: glo\#
            bal, choices: [suspect, victim]}
                  - key: content
                    title: Content
                    repeated: true
                    fields:
                      - {key: hash, label: Hash and its kind, kind: text, required: false, stays: cont\#
            extual}
                      - {key: text, label: What it is, kind: text, required: true, stays: contextual}

              - id: AFP
                title: Referral to the Australian Federal Police
                purpose: report
                recipient: Australian Federal Police
                rule: au.avm
                reading: U
                counsel_ok: false
                blocks:
                  - key: referral
                    title: Referral
                    fields:
                      - {key: kind, label: What is referred, kind: choice, required: true, stays: glob\#
            al, choices: [abhorrent-violent, child-abuse]}
                      - {key: conduct-in-australia, label: Conduct in Australia, kind: flag, required:\#
             true, stays: global}
                      - {key: known-since, label: Known since, kind: time, required: true, stays: glob\#
            al}
                      - {key: details, label: Details of the material, kind: text, required: true, sta\#
            ys: restricted}
                      - {key: test, label: This is a test report, kind: flag, required: true, stays: g\#
            lobal}

              - id: DSA18
                title: Information to authorities under Article 18
                purpose: report
                recipient: police or judicial authority; else Europol
                rule: eu.dsa18
                reading: P
                counsel_ok: false
                blocks:
                  - key: suspicion
                    title: Suspicion
                    fields:
                      - {key: state, label: Member state concerned, kind: text, required: true, stays:\#
             global}
                      - {key: offence, label: Offence suspected, kind: text, required: true, stays: co\#
            ntextual}
                      - {key: information, label: All relevant information available, kind: text, requ\#
            ired: true, stays: restricted}
                      - {key: informed-at, label: When informed, kind: time, required: true, stays: gl\#
            obal}

              - id: SBAR
                title: Call to somebody on call
                purpose: page
                recipient: whoever is paged
                reading: D
                counsel_ok: true
                blocks:
                  - key: sbar
                    title: Situation, background, assessment, request
                    fields:
                      - {key: situation, label: Situation, kind: text, required: true, stays: global}
                      - {key: background, label: Background, kind: text, required: false, stays: globa\#
            l}
                      - {key: assessment, label: Assessment, kind: text, required: false, stays: globa\#
            l}
                      - {key: request, label: What you need from them and by when, kind: text, require\#
            d: true, stays: global}

              - id: SITREP
                title: Situation report
                purpose: sitrep
                recipient: everybody on the event
                reading: D
                counsel_ok: true
                blocks:
                  - key: sitrep
                    title: Situation report
                    fields:
                      - {key: situation, label: Situation, kind: text, required: true, stays: global}
                      - {key: objectives, label: Objectives, kind: text, required: true, stays: global\#
            }
                      - {key: actions, label: Actions and their times, kind: text, required: true, sta\#
            ys: global}
                      - {key: organisation, label: Who does what, kind: text, required: true, stays: g\#
            lobal}
                      - {key: resources, label: What we have and what we lack, kind: text, required: f\#
            alse, stays: global}

              - id: REVIEW
                title: Review after the event
                purpose: review
                recipient: the team
                reading: D
                counsel_ok: true
                blocks:
                  - key: facts
                    title: What happened
                    fields:
                      - {key: summary, label: Summary, kind: text, required: true, stays: global}
                      - {key: harm, label: "Harm and people affected, as counts", kind: text, required\#
            : true, stays: global}
                      - {key: detection, label: "Detection: who, how, how late", kind: text, required:\#
             true, stays: global}
                  - key: judgement
                    title: How it went
                    fields:
                      - {key: well, label: What went well, kind: text, required: true, stays: global}
                      - {key: wrong, label: What went wrong, kind: text, required: true, stays: global\#
            }
                      - {key: lucky, label: Where we were lucky, kind: text, required: false, stays: g\#
            lobal}
                      - {key: causes, label: "Contributing causes, of the system and never of a person\#
            ", kind: text, required: true, stays: global}
                      - {key: partition, label: "Did a partition or staleness change a decision?", kin\#
            d: text, required: true, stays: global}
                      - {key: load, label: "Load on people: hours, graphic minutes, breaks", kind: tex\#
            t, required: false, stays: global}
                      - {key: sop, label: "Change of the checklist: which step, and what it says then"\#
            , kind: text, required: false, stays: global}
                      - {key: privacy, label: "Privacy: was each disclosure needed, and the least that\#
             answers", kind: text, required: false, stays: global}
                      - {key: readers, label: "Who may read this review, and in which compartment", ki\#
            nd: text, required: false, stays: global}
                  - key: action
                    title: Action
                    repeated: true
                    fields:
                      - {key: what, label: What is done, kind: text, required: true, stays: global}
                      - {key: owner, label: Owner, kind: text, required: true, stays: global}
                      - {key: due, label: Due, kind: time, required: true, stays: global}
                      - {key: proof, label: What will prove it, kind: text, required: true, stays: glo\#
            bal}

            """#)
}

import BatonDesk

/// What seeded cases are made of. Every agency, place and person is invented; titles and notes name nobody, so that
/// they may go to every site.
enum SeedWords {
    static let agencies = [
        "harlan-so", "kestrel-county-so", "calder-city-pd", "new-carrow-pd", "lorne-valley-police",
        "port-ellery-police", "westmark-state-police", "tern-bay-police", "asher-district-attorney",
        "northmoor-constabulary", "saint-orrin-gendarmes", "federal-desk-of-umbria",
    ]

    static let channels = ["portal", "mailbox", "phone", "partner", "trust-desk", "automatic"]

    static let tags = [
        "graphic", "press", "minor", "re-upload", "live", "repeat", "partner", "overseas", "vip",
    ]

    static let jurisdictions = ["US", "AU", "CA", "GB", "DE", "NZ", "FR", "JP"]

    static func titles(_ type: CaseType) -> [String] {
        switch type {
        case .emergencyDataRequest:
            [
                "Stated plan for tonight, agency asks for last sign-in",
                "Missing adult, last message yesterday",
                "Abduction reported, phone still on", "Caller names a target, account asked for",
                "Person at risk, welfare check asked for",
                "Threat against a public building, records asked for",
            ]
        case .childSafety:
            [
                "Known hash in a private group", "New material, offender seems reachable",
                "Enticement reported by a parent", "Account trades links", "Text only, grooming suspected",
                "Batch of hashes from a partner",
            ]
        case .threatToLife:
            [
                "Threat against a school, date given", "Self-harm announced in a live stream",
                "Weapon shown beside a written threat", "Threat against an official",
                "Letter to family posted",
                "Stated plan, no place named",
            ]
        case .massCasualty:
            [
                "Attack under way, first videos", "Crowd crush at a concert",
                "Explosion downtown, live streams",
                "Copies of an attack video spread",
            ]
        case .sensitiveContent:
            [
                "Intimate image shared without consent", "Regulator's notice, one link",
                "Graphic clip goes viral",
                "Accident video with victims shown", "Leaked autopsy images",
                "Notice of a partner about a clip",
            ]
        case .other:
            [
                "Doubtful request in an agency's name", "Records follow-up", "Press asks about a removal",
                "Insider report", "Partner asks for a second look", "Form letter without a case",
            ]
        }
    }

    static let situations = [
        "Waiting for the agency's answer.", "Second look asked of the other watch.",
        "Account is limited, no new posts.",
        "Partner informed, reference given.", "Preserved; nothing disclosed.", "Copies found, hash shared.",
        "Nothing new since the first report.",
    ]

    static let notes = [
        "Rang the duty desk on the directory's number.", "Sent acknowledgement.",
        "Linked earlier request of the agency.",
        "No match for the second identifier.", "Preservation placed.", "Partner answered: no further copies.",
        "Line was poor, will ring again.", "Supervisor confirmed the request.",
        "Domain checked, as in the directory.",
        "Stream ended before we looked.", "Asked for the paperwork.",
        "Told the next watch about the deadline.",
        "Two more links reported, same hash.", "Content is off; evidence kept.", "Waiting for counsel.",
    ]

    static let closings = [
        "CONTAINED", "MITIGATED", "REFERRED", "BENIGN", "FALSE-POSITIVE", "POLICY-VIOLATION",
        "INFORMATION-ONLY",
    ]
}

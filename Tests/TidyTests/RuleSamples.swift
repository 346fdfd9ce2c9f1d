extension Sample {
    static let all: [Sample] = imports + calls + constructs + sizes + project

    private static let imports: [Sample] = [
        Sample(
            .pureImports, "Sources/BatonModel/A.swift",
            """
            package import BatonEncoding
            import Foundation
            import struct BatonEngine.Step
            // import GRDB
            """, lines: [2, 3], beside: ["Sources/BatonNode/A.swift": "import Foundation\n"]),
        Sample(
            .adapterImports, "Sources/BatonTransport/A.swift",
            """
            import NIOCore
            package import GRDB
            import Dispatch
            import NIOFoundationCompat
            """, lines: [2, 3, 4]),
        Sample(
            .adapterImports, "Sources/BatonStore/A.swift", "import GRDB\n@preconcurrency import NIOPosix\n",
            lines: [2]),
    ]

    private static let calls: [Sample] = [
        Sample(
            .pureCalls, "Sources/BatonEngine/A.swift",
            """
            let a = Date()
            let b = ContinuousClock.now
            let c: Instant = .now
            let d = state.now
            let e = Int.random(in: 0..<3)
            let f = list.shuffled()
            Task { step() }
            print("x")
            let g = "Task { print("
            footprint(1)
            let h = await value
            let i = Task<Void, Never>.self
            let j = reader.print(1)
            let k = myclock.now
            package actor Desk {
            let actor = header.actor
            func hash(into hasher: inout Hasher) {
            """, lines: [1, 2, 3, 5, 6, 7, 8, 11, 14, 15],
            beside: ["Sources/BatonNode/A.swift": "let a = Date()\nTask { }\n"]),
        Sample(
            .hashOrder, "Sources/BatonModel/A.swift",
            """
            private var counts: [String: Int]
            let names: Set<String>
            for (name, count) in self.counts { emit(name) }
            for name in names where name.isEmpty { emit(name) }
            for name in names.sorted() { emit(name) }
            for key in self.counts.keys { emit(key) }
            for key in batch.keys { emit(key) }
            // order: a sum does not depend on it
            for value in self.counts.values { sum += value }
            for item in list { emit(item) }
            init(_ names: [(kind: Int, name: String)]) {
            """, lines: [3, 6]),
        Sample(
            .hashOrder, "Sources/BatonModel/B.swift",
            "let names: Set<String>\nfor name in names where name.isEmpty { emit(name) }\n", lines: [2]),
    ]

    private static let constructs: [Sample] = [
        Sample(
            .traps, "Sources/BatonNode/A.swift",
            """
            let a = try! read()
            let b = x as! Int
            fatalError()
            fatalError("no vault at \\(path)")
            // try! is forbidden
            let c = x as? Int
            preconditionFailure()
            """, lines: [1, 2, 3, 7]),
        Sample(
            .access, "Sources/BatonNode/A.swift",
            """
            public struct A {}
            package struct B {}
            @_exported import GRDB
            let republic = 1
            let c = "public"
            """, lines: [1, 3]),
        Sample(
            .notes, "Tests/ATests/A.swift",
            "// FIX" + "ME later\n// TO" + "DO sort\n// TO" + "DO sort, see #12\n// TO"
                + "DO after decision 0003\n",
            lines: [1, 2]),
        Sample(
            .escapes, "Sources/BatonTransport/A.swift",
            """
            final class A: @unchecked Sendable {}
            nonisolated(unsafe) var a = 1
            final class B: Sendable {}
            """, lines: [1, 2]),
    ]

    private static func lines(_ count: Int, _ line: String = "    work()") -> String {
        Array(repeating: line, count: count).joined(separator: "\n") + "\n"
    }

    private static let sizes: [Sample] = [
        Sample(
            .fileLength, "Sources/BatonNode/A.swift", lines(601), lines: [601],
            beside: ["Tests/ATests/A.swift": lines(900)]),
        Sample(
            .fileLength, "Tests/ATests/A.swift", lines(901), lines: [901],
            beside: ["Sources/BatonNode/A.swift": lines(600)]),
        Sample(
            .lineLength, "Sources/BatonNode/A.swift",
            String(repeating: "a", count: 121) + "\n" + String(repeating: "é", count: 120) + "\n", lines: [1]),
        Sample(.functionLength, "Sources/BatonNode/A.swift", "func a() {\n\(lines(69))}\n", lines: [1]),
        Sample(.functionLength, "Sources/BatonNode/B.swift", "func a() {\n\(lines(68))}\n", lines: []),
        Sample(
            .functionLength, "Sources/BatonNode/C.swift",
            "// long: one case for each kind of operation\nfunc a() {\n\(lines(98))}\n", lines: []),
        Sample(
            .functionLength, "Sources/BatonNode/D.swift",
            "// long: one case for each kind of operation\nfunc a() {\n\(lines(99))}\n", lines: [2]),
        Sample(
            .functionLength, "Sources/BatonNode/E.swift",
            """
            protocol P {
                func needs(_ a: Int)
                func other()
                    -> Int
            }
            enum Long {
            \(lines(80, "    case a"))
            }
            package init?(
                _ a: Int,
                then: () -> Void = {}
            ) throws(Fault)
            where A: B {
            \(lines(67))}
            var value: Int {
            \(lines(70))}
            """, lines: [89, 162]),
    ]

    private static let project: [Sample] = [
        Sample(
            .errorCodes, "Sources/BatonStore/StoreError.swift",
            """
            static let full = Code(rawValue: "store.disk-full")
            case .new: "store.migration-too-new"
            let text = "store.db was closed at line 3."
            """, lines: [2],
            beside: [
                "docs/operations.md": "Said in words: `store.disk-full`.\n",
                "Sources/BatonStore/Other.swift":
                    "let key = \"peer.site\"\nlet known = Fault(code: \"store.disk-full\")\n",
            ]),
        Sample(
            .errorCodes, "Sources/BatonNode/Start.swift", "throw ConfigError(code: \"config.unknown-key\")\n",
            lines: [1],
            beside: ["docs/operations.md": "`config.unknown-key-name`\n"]),
        Sample(
            .outsidePaths, "docs/a.md", "Read /tmp.\nRead " + Rule.foreignPaths[0] + "main/a\n", lines: [2]),
        Sample(
            .simulationFiles, "Simulations/scenarios/lost-offer.json", "{}\n", lines: [0],
            beside: [
                "Simulations/regressions/late-accept.json": "{}\n",
                "Simulations/regressions/README.md": "One file for each bug.\n",
                "Tests/ATests/A.swift": "let name = \"late-accept\"\n",
            ]),
        Sample(
            .documentLinks, "docs/decisions/0001-a.md",
            """
            [a](../protocol.md#frames) and [b](https://example.org/x.md)
            [c](0002-b.md), [d](../../Makefile), [e](../../docs)
            """, lines: [1], beside: ["docs/decisions/0002-b.md": "", "Makefile": ""]),
    ]
}

// swift-tools-version: 6.3
import PackageDescription

// The module map. An arrow of the build graph is an allowed import; `docs/architecture.md` draws it and says why.
// Nothing here is a library product: modules share their symbols with `package` access.

let nio = "swift-nio"
let dependencies: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
]

func product(_ name: String, _ package: String) -> Target.Dependency {
    .product(name: name, package: package)
}

let systemLibraries: [Target] = [
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
    .systemLibrary(name: "CEdit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),
    .systemLibrary(name: "CSQLiteShim", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CSpawn"),
]

let modules: [Target] = [
    .target(name: "BatonEncoding"),
    .target(name: "BatonModel", dependencies: ["BatonEncoding"]),
    .target(name: "BatonDesk", dependencies: ["BatonModel", "BatonEncoding"]),
    .target(name: "BatonProtocol", dependencies: ["BatonEncoding", "BatonModel"]),
    .target(name: "BatonEngine", dependencies: ["BatonEncoding", "BatonModel", "BatonProtocol"]),
    .target(name: "BatonCrypto", dependencies: ["CSodium", "BatonModel", "BatonEngine"]),
    .target(
        name: "BatonStore",
        dependencies: [
            "BatonEncoding", "BatonModel", "BatonDesk", "BatonEngine", "CSQLiteShim",
            product("GRDB", "GRDB.swift"),
        ]),
    .target(name: "BatonHTTP2", dependencies: ["CNghttp2"]),
    .target(
        name: "BatonTransport",
        dependencies: [
            "BatonHTTP2",
            product("NIOCore", nio), product("NIOPosix", nio), product("NIOTLS", nio),
            product("NIOSSL", "swift-nio-ssl"), product("SwiftASN1", "swift-asn1"),
            product("Logging", "swift-log"),
        ]),
    .target(name: "BatonAPI", dependencies: ["BatonModel", "BatonDesk"]),
    .target(name: "BatonTerminal", dependencies: ["BatonAPI", "BatonDesk", "BatonModel", "CEdit"]),
    .target(
        name: "BatonNode",
        dependencies: [
            "BatonEncoding", "BatonModel", "BatonDesk", "BatonProtocol", "BatonEngine", "BatonCrypto",
            "BatonStore", "BatonTransport", "BatonAPI", "CSpawn",
            product("NIOCore", nio), product("NIOPosix", nio),
            product("Logging", "swift-log"), product("Yams", "Yams"),
            product("ServiceLifecycle", "swift-service-lifecycle"),
            product("UnixSignals", "swift-service-lifecycle"),
        ]),
    .executableTarget(
        name: "baton",
        dependencies: [
            "BatonNode", "BatonTerminal", "BatonAPI",
            product("ArgumentParser", "swift-argument-parser"),
            product("Logging", "swift-log"), product("UnixSignals", "swift-service-lifecycle"),
        ]),
]

let simulations: [Target] = [
    .target(
        name: "CFaultVFS", dependencies: ["CSQLiteShim"], path: "Simulations/CFaultVFS",
        cSettings: [.enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error)]),
    .target(
        name: "BatonSimulator",
        dependencies: [
            "BatonEncoding", "BatonModel", "BatonDesk", "BatonProtocol", "BatonEngine", "BatonCrypto",
            "BatonStore", "BatonHTTP2", "CFaultVFS",
        ],
        path: "Simulations/BatonSimulator"),
    .executableTarget(
        name: "baton-sim",
        dependencies: ["BatonSimulator", "BatonModel", product("ArgumentParser", "swift-argument-parser")],
        path: "Simulations/baton-sim"),
    .target(name: "CFuzz", path: "Simulations/CFuzz"),
    .target(
        name: "BatonFuzz",
        dependencies: ["BatonEncoding", "BatonModel", "BatonProtocol", "BatonHTTP2"],
        path: "Simulations/BatonFuzz"),
    .executableTarget(
        name: "baton-fuzz", dependencies: ["BatonFuzz", "CFuzz"], path: "Simulations/baton-fuzz"),
    .executableTarget(
        name: "baton-bench",
        dependencies: [
            "BatonStore", "BatonEngine", "BatonProtocol", "BatonCrypto", "BatonModel", "BatonDesk",
            "BatonEncoding", "CSQLiteShim",
        ],
        path: "Simulations/baton-bench"),
]

let tests: [Target] = [
    .target(
        name: "BatonTestSupport",
        dependencies: ["BatonModel"],
        path: "Tests/BatonTestSupport"),
    .testTarget(name: "BatonEncodingTests", dependencies: ["BatonEncoding"]),
    .testTarget(
        name: "BatonModelTests",
        dependencies: ["BatonModel", "BatonEncoding", "BatonCrypto", "BatonTestSupport", "BatonSimulator"]),
    .testTarget(name: "BatonCryptoTests", dependencies: ["BatonCrypto", "BatonModel", "BatonEngine"]),
    .testTarget(
        name: "BatonEngineTests",
        dependencies: [
            "BatonEngine", "BatonProtocol", "BatonModel", "BatonCrypto", "BatonEncoding", "BatonTestSupport",
            "BatonSimulator",
        ]),
    .testTarget(
        name: "BatonStoreTests",
        dependencies: [
            "BatonStore", "BatonEngine", "BatonModel", "BatonCrypto", "BatonDesk", "BatonEncoding",
            "BatonTestSupport", "BatonSimulator", "CSQLiteShim",
            product("GRDB", "GRDB.swift"),
        ]),
    .testTarget(
        name: "BatonProtocolTests",
        dependencies: ["BatonProtocol", "BatonModel", "BatonEncoding", "BatonTestSupport", "BatonSimulator"]),
    .testTarget(
        name: "BatonDeskTests",
        dependencies: [
            "BatonDesk", "BatonModel", "BatonEngine", "BatonEncoding", "BatonTestSupport", "BatonSimulator",
        ]),
    .testTarget(
        name: "BatonTerminalTests",
        dependencies: ["BatonTerminal", "BatonAPI", "BatonDesk", "BatonModel"]),
    .testTarget(
        name: "BatonNodeTests",
        dependencies: [
            "BatonNode", "BatonAPI", "BatonStore", "BatonCrypto", "BatonDesk", "BatonEngine", "BatonModel",
            "BatonEncoding", "BatonProtocol", "BatonSimulator", product("Yams", "Yams"),
        ]),
    .testTarget(
        name: "BatonSimulatorTests",
        dependencies: [
            "BatonSimulator", "BatonModel", "BatonEngine", "BatonEncoding", "BatonStore", "BatonDesk",
        ]),
    .testTarget(name: "BatonFuzzTests", dependencies: ["BatonFuzz"]),
    .testTarget(name: "BatonHTTP2Tests", dependencies: ["BatonHTTP2"]),
    .testTarget(
        name: "BatonTransportTests",
        dependencies: [
            "BatonTransport", "CSodium", product("NIOCore", nio), product("NIOPosix", nio),
            product("NIOSSL", "swift-nio-ssl"), product("Logging", "swift-log"),
        ]),
    .testTarget(name: "TidyTests"),
]

let package = Package(
    name: "baton",
    traits: [.trait(name: "Mutants", description: "Planted bugs, for baton-sim bugbench alone.")],
    dependencies: dependencies,
    targets: systemLibraries + modules + simulations + tests,
    swiftLanguageModes: [.v6]
)

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .treatWarning("DeprecatedDeclaration", as: .warning),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
]

for target in package.targets where target.type != .system {
    target.swiftSettings = strict
}

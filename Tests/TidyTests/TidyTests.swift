import Testing

@Suite("The house style holds in the whole repository")
struct TidyTests {
    @Test("every file keeps the rule", arguments: Rule.all)
    func keeps(rule: Rule) {
        let findings = rule.check(Repository.project)
        let list = findings.map(\.description).joined(separator: "\n")
        if !findings.isEmpty { Issue.record("\(findings.count) places:\n\(list)") }
    }

    @Test("the scan sees the sources, the tests and the project's own settings")
    func scanIsWhole() {
        let paths = Set(Repository.project.files.map(\.path))
        #expect(paths.contains("Package.swift"))
        #expect(paths.contains("Makefile"))
        #expect(paths.contains("Tests/TidyTests/TidyTests.swift"))
        #expect(paths.contains { $0.hasPrefix("docs/decisions/") })
        #expect(Repository.project.sources.count > 20)
    }

    @Test(
        "each module of the tables is a target, so that no rule guards an empty folder",
        arguments: Modules.guarded)
    func tablesNameModules(module: String) {
        let manifest = Repository.project.text(of: "Package.swift") ?? ""
        let isTarget = manifest.contains("name: \"\(module)\"")
        let hasFiles = Repository.project.swift.contains { $0.module == module }
        #expect(isTarget == hasFiles, "\(module) is a target without files, or files without a target")
    }

    @Test("each module of the package stands in one of the tables")
    func noModuleIsForgotten() {
        let modules = Set(Repository.project.swift.filter { $0.path.hasPrefix("Sources/") }.map(\.module))
        #expect(modules.subtracting(Modules.guarded).sorted() == [])
    }

    @Test("the number of escapes that a module may have is the number that it has")
    func escapesAreExact() {
        let counted = Rule.escapeCounts(in: Repository.project)
        for (module, allowed) in Rule.escapesAllowed.sorted(by: { $0.key < $1.key }) {
            #expect(counted[module] ?? 0 == allowed, "\(module): lower its number in CodeRules.swift")
        }
    }
}

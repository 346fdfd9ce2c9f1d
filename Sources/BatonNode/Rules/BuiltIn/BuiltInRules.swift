// Made from config by Tests/BatonNodeTests/RulesBuiltInTests.swift. Edit config and write it anew.

/// The rule book that the program carries: a copy of `config`.
package enum BuiltInRules {
    package static let files: [RuleBookDecoder.File] = [
        Self.fileCodesReasons,
        Self.fileRulesAu,
        Self.fileRulesClocks,
        Self.fileRulesContainment,
        Self.fileRulesEu,
        Self.fileRulesForms,
        Self.fileRulesGates,
        Self.fileRulesHandoff,
        Self.fileRulesRoster,
        Self.fileRulesSeverity,
        Self.fileRulesUk,
        Self.fileRulesUs,
        Self.fileSopsCsea,
        Self.fileSopsEdr,
        Self.fileSopsMce,
        Self.fileSopsOther,
        Self.fileSopsSens,
        Self.fileSopsTtl,
    ]
}

package import BatonEngine
package import BatonModel

/// L1, as people see it: once all is healed and equal, a comparison of two sites' logs comes to its end and finds
/// every honest log equal.
package enum EventuallyComparedEqual {
    /// - Parameter result: Nil where no answer came.
    package static func check(
        _ site: SiteID, _ peer: SiteID, _ result: ComparisonResult?, _ atlas: FaultAtlas
    ) -> Violation? {
        let detail: String
        if let result, result.site == peer {
            let apart = (result.onlyHere + result.onlyThere + result.unequal).first {
                atlas.isHonest($0.author)
            }
            guard result.end != .done || apart != nil else { return nil }
            detail = apart.map { "\($0) is not the same at both" } ?? "it ended as \(result.end)"
        } else {
            detail = "no answer came"
        }
        return Violation(
            "eventually-compared-equal", "\(site) compares with \(peer): \(detail)", node: NodeID(site))
    }
}

import Foundation

/// How many generated histories each property is tried on.
enum HistoryCount {
    /// `BATON_HISTORIES`, else enough for every run of the suites.
    static let value = ProcessInfo.processInfo.environment["BATON_HISTORIES"].flatMap { Int($0) } ?? 120
}

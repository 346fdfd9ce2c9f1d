/// Says why a benchmark could not run, in words for the person who started it.
///
/// Functions of this program throw whatever the module beneath threw: nothing here reacts to a fault but the
/// one place that prints it, so the house rule of one typed error per module would only add a layer of
/// wrapping.
struct BenchFault: Error, CustomStringConvertible {
    let description: String
    let isUsage: Bool

    init(_ description: String, isUsage: Bool = false) {
        self.description = description
        self.isUsage = isUsage
    }
}

/// Bounds on what a reader accepts, so that hostile input costs at most a known amount of stack, memory and
/// time.
package struct CBORLimits: Equatable, Sendable {
    /// Levels of arrays, maps and tags that `value()` and `skip()` descend into. A lone scalar has depth 0.
    package let depthMax: Int
    /// Data items one reader decodes in its lifetime; map keys, tags and containers each count as one.
    package let itemsMax: Int
    /// Bytes of the whole input.
    package let bytesMax: Int

    /// - Precondition: all non-negative, and `depthMax` at most 256, since a level of depth is a stack frame.
    package init(depthMax: Int = 16, itemsMax: Int = 1 << 20, bytesMax: Int = 1 << 24) {
        precondition((0...256).contains(depthMax), "depthMax \(depthMax) is outside 0...256")
        precondition(itemsMax >= 0 && bytesMax >= 0, "limits are negative")
        self.depthMax = depthMax
        self.itemsMax = itemsMax
        self.bytesMax = bytesMax
    }

    /// Depth 16, 1,048,576 items, 16 MiB.
    package static let standard = CBORLimits()
}

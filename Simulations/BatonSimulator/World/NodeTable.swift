/// The machines of a world, in the order of their ids. There are few: looking them over is faster than hashing.
package struct NodeTable: Sequence {
    package private(set) var keys: [NodeID] = []
    private var nodes: [WorldNode] = []

    package subscript(id: NodeID) -> WorldNode? {
        get { self.keys.firstIndex(of: id).map { self.nodes[$0] } }
        set {
            guard let place = self.keys.firstIndex(of: id) else {
                if let newValue { self.insert(newValue, id) }
                return
            }
            if let newValue {
                self.nodes[place] = newValue
            } else {
                self.keys.remove(at: place)
                self.nodes.remove(at: place)
            }
        }
    }

    private mutating func insert(_ node: WorldNode, _ id: NodeID) {
        let place = self.keys.firstIndex { id < $0 } ?? self.keys.count
        self.keys.insert(id, at: place)
        self.nodes.insert(node, at: place)
    }

    package func makeIterator() -> AnyIterator<(key: NodeID, value: WorldNode)> {
        var pairs = zip(self.keys, self.nodes).makeIterator()
        return AnyIterator { pairs.next().map { (key: $0.0, value: $0.1) } }
    }
}

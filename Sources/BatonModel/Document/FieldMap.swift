/// A small map from field code to value that is always in order, so that nothing depends on hash order.
package struct FieldMap<Value: Sendable & Hashable>: Sendable, Hashable {
    package private(set) var entries: [Entry] = []

    package struct Entry: Sendable, Hashable {
        package let field: FieldCode
        package var value: Value
    }

    package init() {}

    // Specialised for what states hold: other modules ask too.
    package subscript(field: FieldCode) -> Value? {
        @_specialize(where Value == [Write])
        get { self.place(of: field).found.map { self.entries[$0].value } }
        set {
            let (found, place) = self.place(of: field)
            switch (found, newValue) {
            case (let index?, let value?): self.entries[index].value = value
            case (let index?, nil): self.entries.remove(at: index)
            case (nil, let value?): self.entries.insert(Entry(field: field, value: value), at: place)
            case (nil, nil): break
            }
        }
    }

    /// Gives the value of a field to change where it stands; afterwards an entry that `isEmpty` holds for is
    /// gone.
    ///
    /// - Parameter none: What a field without an entry starts from.
    mutating func change(
        _ field: FieldCode, from none: Value, droppingIf isEmpty: (Value) -> Bool = { _ in false },
        _ body: (inout Value) -> Void
    ) {
        let (found, place) = self.place(of: field)
        if found == nil { self.entries.insert(Entry(field: field, value: none), at: place) }
        body(&self.entries[place].value)
        if isEmpty(self.entries[place].value) { self.entries.remove(at: place) }
    }

    /// Adds an entry behind all others.
    ///
    /// - Returns: False where the field does not come after the last one; nothing is added then.
    mutating func append(_ value: Value, for field: FieldCode) -> Bool {
        if let last = self.entries.last, !(last.field < field) { return false }
        self.entries.append(Entry(field: field, value: value))
        return true
    }

    @inline(__always)
    private func place(of field: FieldCode) -> (found: Int?, place: Int) {
        var low = 0
        var high = self.entries.count
        while low < high {
            let middle = (low + high) / 2
            if self.entries[middle].field < field { low = middle + 1 } else { high = middle }
        }
        let isFound = low < self.entries.count && self.entries[low].field == field
        return (isFound ? low : nil, low)
    }
}

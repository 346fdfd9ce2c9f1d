/// A small map from field code to value that is always in order, so that nothing depends on hash order.
package struct FieldMap<Value: Sendable & Hashable>: Sendable, Hashable {
    package private(set) var entries: [Entry] = []

    package struct Entry: Sendable, Hashable {
        package let field: FieldCode
        package var value: Value
    }

    package init() {}

    package subscript(field: FieldCode) -> Value? {
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

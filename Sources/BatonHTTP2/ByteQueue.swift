/// Holds bytes in the order they came and gives them out in pieces without moving the rest.
struct ByteQueue {
    private var chunks: [[UInt8]] = []
    private var head = 0
    private var offset = 0
    private(set) var count = 0

    mutating func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        self.chunks.append(bytes)
        self.count += bytes.count
    }

    /// Moves up to `target.count` bytes to the front of `target` and returns how many.
    @unsafe
    mutating func move(into target: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var moved = 0
        while moved < target.count, self.head < self.chunks.count {
            let chunk = self.chunks[self.head]
            let take = min(target.count - moved, chunk.count - self.offset)
            let rest = unsafe UnsafeMutableBufferPointer(rebasing: target[moved...])
            _ = unsafe rest.update(fromContentsOf: chunk[self.offset..<self.offset + take])
            moved += take
            self.advance(by: take, of: chunk.count)
        }
        self.count -= moved
        return moved
    }

    private mutating func advance(by take: Int, of chunkCount: Int) {
        self.offset += take
        guard self.offset == chunkCount else { return }
        self.chunks[self.head] = []
        self.head += 1
        self.offset = 0
        // Dropping the spent front only when it is half of the array keeps the cost constant per chunk.
        if self.head * 2 >= self.chunks.count {
            self.chunks.removeFirst(self.head)
            self.head = 0
        }
    }
}

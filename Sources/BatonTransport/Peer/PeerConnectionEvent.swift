/// What a peer link tells its reader, in order; `.closed` is the last.
package enum PeerConnectionEvent: Sendable, Equatable {
    /// Both sides are authenticated and the stream stands; always the first event.
    case opened
    /// Bytes of the peer, in order, cut anywhere.
    case bytes([UInt8])
    /// The outbound queue passed the high mark and has now fallen below the low mark.
    case drained
    /// The link is gone; nil after an orderly goodbye.
    case closed(TransportFault?)
}

/// The events of a link for one reader, in order; ends after `.closed`.
package struct PeerEvents: AsyncSequence, Sendable {
    let inbox: LinkInbox

    package struct AsyncIterator: AsyncIteratorProtocol {
        let inbox: LinkInbox

        package mutating func next() async -> PeerConnectionEvent? {
            await self.inbox.next()
        }
    }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(inbox: self.inbox)
    }
}

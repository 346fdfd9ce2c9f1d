import BatonAPI
import BatonCrypto
import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonStore

extension OperatorService {
    /// Writes entries of an import: judged one by one, committed together.
    func batch(_ call: APICall, _ desk: Desk) async throws(APIFault) -> BatchReply {
        let entries = try APIText.value(BatchRequest.self, json: call.body).entries
        guard (1...BatchRequest.entriesMax).contains(entries.count) else {
            throw APIFault(
                .tooLarge, "A batch of \(entries.count) entries is not taken.",
                "Send 1 to \(BatchRequest.entriesMax) at a time.")
        }
        let reader = BatchReader(
            changes: ChangeReader(wording: Wording(membership: desk.membership)), hashing: Blake2b())
        var items: [Result<BatchReader.Item, APIFault>] = []
        for entry in entries {
            do throws(APIFault) { items.append(.success(try reader.item(entry))) } catch {
                items.append(.failure(error))
            }
        }
        let here = try await self.keysFromElsewhere(items.compactMap { try? $0.get().document }, desk)
        var orders: [WriteOrder] = []
        var outcomes: [BatchOutcome?] = []
        for item in items {
            switch item {
            case .failure(let fault): outcomes.append(BatchOutcome(.refused, error: fault))
            case .success(let item) where here.contains(item.place): outcomes.append(BatchOutcome(.known))
            case .success(let item):
                outcomes.append(nil)
                let draft = Draft(
                    document: item.document, operations: item.operations, actor: Actor(person: desk.person.id)
                )
                orders.append(WriteOrder(draft: draft, command: item.command))
            }
        }
        var written = try await self.write(orders)[...]
        return BatchReply(
            asOf: await self.freshness(),
            outcomes: outcomes.compactMap { $0 ?? written.popFirst() })
    }

    private func write(_ orders: [WriteOrder]) async throws(APIFault) -> [BatchOutcome] {
        guard !orders.isEmpty else { return [] }
        let results: [Result<WriteOutcome, WriteRefusal>]
        do throws(WriteRefusal) { results = try await self.driver.lane.write(batch: orders).get() } catch {
            throw APIFault(error)
        }
        return results.map { result in
            switch result {
            case .success(let outcome):
                BatchOutcome(outcome.isRepeat ? .known : .authored, delta: outcome.deltas.first?.description)
            case .failure(let refusal): BatchOutcome(.refused, error: APIFault(refusal))
            }
        }
    }

    /// Lists the keys of entries that these cases have from other sites. Our own are found by their
    /// command, in the transaction; so a case that only we have written costs one look.
    private func keysFromElsewhere(
        _ documents: [DocumentID], _ desk: Desk
    ) async throws(APIFault) -> Set<BatchReader.Place> {
        let ownSite = self.ownSite
        let wanted = Set(documents).sorted()
        return try await self.read(desk) { reader throws(ReplicaFault) in
            var keys: Set<BatchReader.Place> = []
            for document in wanted {
                guard let state = try reader.store.document(document),
                    state.latest.contains(where: { $0.author.site != ownSite })
                else { continue }
                var cursor: TimelineCursor?
                repeat {
                    let page = try reader.store.timeline(document, before: cursor, limit: 500)
                    for entry in page.entries {
                        guard let key = entry.write.value?[BatchReader.originKey]?.bytesValue else {
                            continue
                        }
                        keys.insert(BatchReader.Place(document: document, key: key))
                    }
                    cursor = page.next
                } while cursor != nil
            }
            return keys
        }
    }
}

/// Turns entries of a batch into operations.
struct BatchReader {
    let changes: ChangeReader
    let hashing: Blake2b

    /// Where an entry's body keeps the key of its origin: `{1: text, 2: milliseconds, 3: who, 4: key}`.
    static let originKey: UInt64 = 4
    private static let keyBytes = 16

    struct Item {
        let document: DocumentID
        let key: [UInt8]
        let operations: [Operation]
        /// The same whoever imports at this site.
        let command: [UInt8]

        var place: Place { Place(document: self.document, key: self.key) }
    }

    struct Place: Hashable {
        let document: DocumentID
        let key: [UInt8]
    }

    func item(_ entry: BatchEntry) throws(APIFault) -> Item {
        guard let document = OperatorService.documentID(entry.document), document.kind == .escalation else {
            throw APIFault(
                .badValue, "That is not the id of a case.", "Give 32 hexadecimal digits that begin with 01.")
        }
        guard let key = bytes(hexadecimal: entry.key), key.count == Self.keyBytes else {
            throw APIFault(.badKey, "That is not the key of an entry.", "Give 32 hexadecimal digits.")
        }
        var operations: [Operation] = []
        for operation in try self.changes.operations(ChangeRequest(operations: entry.operations)) {
            // It happened long ago: nobody who closes the case now has to have read it.
            let shape = operation.shape.immaterial
            let body = operation.shape.kind == .append ? Self.adding(key, to: operation.body) : operation.body
            operations.append(Operation(shape: shape, body: body))
        }
        let command = self.hashing.digest256(Array("baton/batch/1".utf8), document.bytes + key)
        return Item(document: document, key: key, operations: operations, command: command.bytes)
    }

    private static func adding(_ key: [UInt8], to body: CBORValue) -> CBORValue {
        var pairs = body.mapValue ?? []
        if case .text = body { pairs = [CBORPair(key: .unsigned(1), value: body)] }
        return .map(pairs + [CBORPair(key: .unsigned(Self.originKey), value: .bytes(key))])
    }
}

extension OperationShape {
    /// The same operation as something that a close need not have read.
    fileprivate var immaterial: OperationShape {
        guard let kind = self.kind else { preconditionFailure("our own operation has an unknown kind") }
        return OperationShape(kind: kind, field: self.field, isMaterial: false)
    }
}

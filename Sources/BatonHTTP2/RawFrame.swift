/// Frames as bytes, for what must be read or written without the library (RFC 9113 sections 3.4, 4.1, 6).
enum RawFrame {
    static let data: UInt8 = 0
    static let headers: UInt8 = 1
    static let priority: UInt8 = 2
    static let resetStream: UInt8 = 3
    static let settings: UInt8 = 4
    static let ping: UInt8 = 6
    static let goAway: UInt8 = 7
    static let windowUpdate: UInt8 = 8
    static let continuation: UInt8 = 9
    /// RFC 9218 section 7.1.
    static let priorityUpdate: UInt8 = 16

    static let headerBytes = 9
    static let clientPreface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    static func bytes(
        type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []
    ) -> [UInt8] {
        var frame = Array(Self.bigEndian(UInt32(payload.count)).dropFirst())
        frame += [type, flags]
        frame += Self.bigEndian(stream)
        frame += payload
        return frame
    }

    static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}

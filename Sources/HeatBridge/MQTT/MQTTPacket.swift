import NIOCore

/// A control packet of MQTT 3.1.1 (OASIS Standard, 29 October 2014), as far as a client with clean sessions and quality of
/// service 1 needs it.
enum MQTTPacket: Hashable, Sendable {
  case connect(MQTTConnect)
  /// The return code of §3.2.2.3: 0 is accepted.
  case connectAcknowledged(code: UInt8)
  case publish(MQTTMessage, packet: UInt16)
  case publishAcknowledged(packet: UInt16)
  case subscribe(topics: [String], packet: UInt16)
  /// Of each topic the granted quality of service, or 0x80 for a refusal.
  case subscribeAcknowledged(packet: UInt16, codes: [UInt8])
  case pingRequest
  case pingResponse
  case disconnect
}

/// What a client says first, §3.1.
struct MQTTConnect: Hashable, Sendable {
  var clientID: String
  var userName: String?
  var password: String?
  /// In seconds.
  var keepAlive: UInt16
  /// Published by the broker when the client is gone without a word.
  var will: MQTTMessage?
}

/// An application message.
struct MQTTMessage: Hashable, Sendable {
  var topic: String
  var payload: [UInt8]
  /// 0 or 1; a broker grants no more to whoever asks for 1.
  var quality: UInt8 = 1
  var isRetained = false
}

/// What a peer sent that is no MQTT 3.1.1, or more than is taken.
struct MQTTProtocolError: Error, CustomStringConvertible {
  var description: String
}

extension MQTTPacket {
  /// §3.2.2.3.
  static func refusal(_ code: UInt8) -> String {
    switch code {
    case 1: "it does not speak MQTT 3.1.1"
    case 2: "it refuses the client's name"
    case 3: "it is not available"
    case 4: "the user name or the password is wrong"
    case 5: "the user has no right to connect"
    default: "it refuses with code \(code)"
    }
  }

  /// The packet's bytes, fixed header first.
  func write(into buffer: inout ByteBuffer) {
    var body = ByteBuffer()
    let head: UInt8
    switch self {
    case .connect(let connect):
      head = 0x10
      connect.write(into: &body)
    case .connectAcknowledged(let code):
      head = 0x20
      body.writeBytes([0, code])
    case .publish(let message, let packet):
      head = 0x30 | message.quality << 1 | (message.isRetained ? 1 : 0)
      body.writeMQTT(message.topic)
      if message.quality > 0 { body.writeInteger(packet) }
      body.writeBytes(message.payload)
    case .publishAcknowledged(let packet):
      head = 0x40
      body.writeInteger(packet)
    case .subscribe(let topics, let packet):
      head = 0x82
      body.writeInteger(packet)
      for topic in topics {
        body.writeMQTT(topic)
        body.writeInteger(UInt8(1))
      }
    case .subscribeAcknowledged(let packet, let codes):
      head = 0x90
      body.writeInteger(packet)
      body.writeBytes(codes)
    case .pingRequest: head = 0xc0
    case .pingResponse: head = 0xd0
    case .disconnect: head = 0xe0
    }
    buffer.writeInteger(head)
    // §2.2.3: seven bits a byte, the lowest first.
    var length = body.readableBytes
    repeat {
      buffer.writeInteger(UInt8(length & 0x7f) | (length > 0x7f ? 0x80 : 0))
      length >>= 7
    } while length > 0
    buffer.writeBuffer(&body)
  }

  /// - Parameter head: the fixed header's first byte.
  init(head: UInt8, body: inout ByteBuffer) throws(MQTTProtocolError) {
    let flags = head & 0x0f
    switch head >> 4 {
    case 2:
      guard let bytes = body.readBytes(length: 2), body.readableBytes == 0 else {
        throw Self.malformed("CONNACK")
      }
      self = .connectAcknowledged(code: bytes[1])
    case 3:
      let quality = flags >> 1 & 3
      guard quality < 2, let topic = body.readMQTT(), !topic.isEmpty,
        !topic.contains(where: { "#+".contains($0) })
      else { throw Self.malformed("PUBLISH") }
      var packet: UInt16 = 0
      if quality == 1 {
        guard let number: UInt16 = body.readInteger(), number != 0 else { throw Self.malformed("PUBLISH") }
        packet = number
      }
      let payload = body.readBytes(length: body.readableBytes) ?? []
      self = .publish(
        MQTTMessage(topic: topic, payload: payload, quality: quality, isRetained: flags & 1 == 1),
        packet: packet)
    case 4:
      guard let packet: UInt16 = body.readInteger(), body.readableBytes == 0 else {
        throw Self.malformed("PUBACK")
      }
      self = .publishAcknowledged(packet: packet)
    case 9:
      guard let packet: UInt16 = body.readInteger(), body.readableBytes > 0 else {
        throw Self.malformed("SUBACK")
      }
      self = .subscribeAcknowledged(packet: packet, codes: body.readBytes(length: body.readableBytes) ?? [])
    case 13: self = .pingResponse
    default:
      throw MQTTProtocolError(description: "a packet of type \(head >> 4), which no broker sends to a client")
    }
  }

  private static func malformed(_ name: String) -> MQTTProtocolError {
    MQTTProtocolError(description: "a \(name) packet that is malformed")
  }
}

extension MQTTConnect {
  fileprivate func write(into body: inout ByteBuffer) {
    body.writeMQTT("MQTT")
    body.writeInteger(UInt8(4))
    var flags: UInt8 = 0x02
    if let will { flags |= 0x04 | will.quality << 3 | (will.isRetained ? 0x20 : 0) }
    if password != nil { flags |= 0x40 }
    if userName != nil { flags |= 0x80 }
    body.writeInteger(flags)
    body.writeInteger(keepAlive)
    body.writeMQTT(clientID)
    if let will {
      body.writeMQTT(will.topic)
      body.writeInteger(UInt16(will.payload.count))
      body.writeBytes(will.payload)
    }
    if let userName { body.writeMQTT(userName) }
    if let password { body.writeMQTT(password) }
  }
}

extension ByteBuffer {
  /// §1.5.3: two bytes of length, then UTF-8. The bridge's configuration bounds what is written.
  fileprivate mutating func writeMQTT(_ text: String) {
    let bytes = Array(text.utf8.prefix(Int(UInt16.max)))
    writeInteger(UInt16(bytes.count))
    writeBytes(bytes)
  }

  fileprivate mutating func readMQTT() -> String? {
    guard let length: UInt16 = readInteger(), let bytes = readBytes(length: Int(length)) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}

/// Takes packets out of a stream of bytes.
struct MQTTPacketDecoder: ByteToMessageDecoder {
  typealias InboundOut = MQTTPacket

  /// A longer packet ends the connection: what the bridge subscribes to are numbers.
  static let largest = 256 << 10

  mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
    guard let (head, length, header) = try Self.header(of: buffer) else { return .needMoreData }
    guard length <= Self.largest else {
      throw MQTTProtocolError(description: "a packet of \(length) bytes, where \(Self.largest) is the most")
    }
    guard buffer.readableBytes >= header + length else { return .needMoreData }
    buffer.moveReaderIndex(forwardBy: header)
    var body = buffer.readSlice(length: length) ?? ByteBuffer()
    context.fireChannelRead(wrapInboundOut(try MQTTPacket(head: head, body: &body)))
    return .continue
  }

  /// The first byte, the length of what follows, and that of the header itself; nothing where more bytes must come.
  private static func header(of buffer: ByteBuffer) throws -> (head: UInt8, length: Int, header: Int)? {
    let bytes = buffer.readableBytesView.prefix(5)
    guard let head = bytes.first else { return nil }
    var length = 0
    for (index, byte) in bytes.dropFirst().enumerated() {
      length |= Int(byte & 0x7f) << (7 * index)
      if byte & 0x80 == 0 { return (head, length, index + 2) }
    }
    if bytes.count == 5 { throw MQTTProtocolError(description: "a length of more than four bytes") }
    return nil
  }
}

struct MQTTPacketEncoder: MessageToByteEncoder {
  typealias OutboundIn = MQTTPacket

  func encode(data: MQTTPacket, out: inout ByteBuffer) throws { data.write(into: &out) }
}

import NIOCore
import Testing

@testable import HeatBridge

/// Bytes of OASIS MQTT 3.1.1.
@Suite struct MQTTPacketTests {
  private func bytes(_ packet: MQTTPacket) -> [UInt8] {
    var buffer = ByteBuffer()
    packet.write(into: &buffer)
    return Array(buffer.readableBytesView)
  }

  private func read(_ bytes: [UInt8]) throws -> MQTTPacket {
    var body = ByteBuffer(bytes: bytes.dropFirst(2))
    return try MQTTPacket(head: bytes[0], body: &body)
  }

  /// §3.1: the example of figure 3.6 is a header with user name, password and will at quality 1; a clean session here.
  @Test func aConnectHasItsFlagsAndFieldsInOrder() {
    let connect = MQTTConnect(
      clientID: "c", userName: "u", password: "pw", keepAlive: 10,
      will: MQTTMessage(topic: "w", payload: [7], isRetained: true))
    #expect(
      bytes(.connect(connect)) == [
        0x10, 26, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0b1110_1110, 0, 10, 0, 1, 0x63, 0, 1, 0x77, 0, 1, 7, 0, 1,
        0x75, 0, 2, 0x70, 0x77,
      ])
  }

  /// §3.8, figure 3.23's topic filter a/b at quality 1, with packet 10.
  @Test func aSubscriptionIsThatOfTheStandard() {
    #expect(bytes(.subscribe(topics: ["a/b"], packet: 10)) == [0x82, 8, 0, 10, 0, 3, 0x61, 0x2f, 0x62, 1])
  }

  /// §2.2.3, table 2.4: where a length takes one more byte.
  @Test(arguments: [
    (127, [127]), (128, [0x80, 1]), (16_383, [0xff, 0x7f]), (16_384, [0x80, 0x80, 1]),
    (200_000, [0xc0, 0x9a, 0x0c]),
  ])
  func aLengthIsWrittenSevenBitsAByte(length: Int, expected: [UInt8]) {
    let payload = [UInt8](repeating: 0, count: length - 5)
    let written = bytes(.publish(MQTTMessage(topic: "t", payload: payload), packet: 1))
    #expect(Array(written[1..<1 + expected.count]) == expected)
    #expect(written.count == 1 + expected.count + length)
  }

  @Test func whatABrokerSendsIsRead() throws {
    #expect(try read([0x20, 2, 0, 5]) == .connectAcknowledged(code: 5))
    #expect(try read([0x40, 2, 1, 2]) == .publishAcknowledged(packet: 258))
    #expect(try read([0x90, 4, 0, 10, 1, 0x80]) == .subscribeAcknowledged(packet: 10, codes: [1, 0x80]))
    #expect(try read([0xd0, 0]) == .pingResponse)
    #expect(
      try read([0x33, 7, 0, 1, 0x74, 0, 9, 0x68, 0x69])
        == .publish(MQTTMessage(topic: "t", payload: [0x68, 0x69], isRetained: true), packet: 9))
  }

  @Test(
    arguments: [
      [0x20, 1, 0], [0x34, 5, 0, 1, 0x74, 0, 9], [0x32, 3, 0, 1, 0x74], [0x30, 3, 0, 1, 0x23],
      [0x30, 2, 0, 0], [0x32, 5, 0, 1, 0x74, 0, 0], [0x10, 0], [0x40, 1, 0], [0x30, 3, 0, 1, 0xff],
      [0xf0, 0],
    ] as [[UInt8]])
  func whatNoBrokerMaySendEndsTheConnection(bytes: [UInt8]) {
    #expect(throws: MQTTProtocolError.self) { try read(bytes) }
  }
}

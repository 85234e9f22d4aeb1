package io.techops.broadcast.tyrus.frame;

/**
 * What was compressed, since the start of a server.
 *
 * @param messages how many times a message was compressed
 * @param bytesBefore the payload of these, in bytes
 * @param bytesAfter the same as it was sent, in bytes; of one that did not get smaller its own size
 */
public record DeflateFigures(long messages, long bytesBefore, long bytesAfter) {
}

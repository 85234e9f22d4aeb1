package io.techops.broadcast.tyrus.frame;

/**
 * The figures of the compression since the start of a server.
 *
 * @param messages how many times a message was compressed
 * @param bytesBefore the payload of these messages, in bytes
 * @param bytesAfter the size of these messages as they were sent, in bytes: without compression if that made a message
 *     no smaller
 */
public record DeflateFigures(long messages, long bytesBefore, long bytesAfter) {
}

package io.techops.broadcast.tyrus.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How often a message is compressed: once, however many shards and batches ask for it. */
class MessageDeflaterTest {

    private static final int MEBIBYTE = 1 << 20;

    private final MessageDeflater deflater = new MessageDeflater(DeflateSettings.of(1, 0));

    @AfterEach
    void close() {
        deflater.close();
    }

    private static List<Message> messages(int count, int size) {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add(Message.text("{\"value\":12345}".repeat(size / 15) + i));
        }
        return messages;
    }

    private void isCompressedOnce(List<Message> messages) {
        for (int round = 0; round < 3; round++) {
            messages.forEach(message -> assertThat(deflater.deflated(message)).isNotNull());
        }
        assertThat(deflater.figures().messages()).isEqualTo(messages.size());
    }

    @Test
    void aBatchAsLargeAsALogByDefaultIsCompressedOnce() {
        isCompressedOnce(messages(8, MEBIBYTE - 100));
    }

    @Test
    void aBatchOfAsManyMessagesAsALogByDefaultIsCompressedOnce() {
        isCompressedOnce(messages(4_096, 300));
    }

    @Test
    void ofMoreThanThatTheOldestIsForgotten() {
        List<Message> messages = messages(10, MEBIBYTE);
        messages.forEach(deflater::deflated);
        deflater.deflated(messages.get(9));
        assertThat(deflater.figures().messages()).isEqualTo(10);
        deflater.deflated(messages.get(0));
        assertThat(deflater.figures().messages()).isEqualTo(11);
    }

    @Test
    void threadsThatWantTheSameMessageGetTheSameBytes() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 200; round++) {
                Message message = Message.text(("round " + round).repeat(100));
                List<Callable<byte[]>> same = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    same.add(() -> deflater.deflated(message));
                }
                Set<byte[]> results = new HashSet<>(); // by identity: arrays have no equals of their own
                for (Future<byte[]> each : threads.invokeAll(same)) {
                    results.add(each.get());
                }
                assertThat(results).hasSize(1).doesNotContainNull();
            }
            assertThat(deflater.figures().messages()).isEqualTo(200);
        } finally {
            threads.shutdown();
        }
    }
}

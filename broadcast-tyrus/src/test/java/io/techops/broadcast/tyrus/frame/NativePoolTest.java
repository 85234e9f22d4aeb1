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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NativePoolTest {

    private final AtomicInteger made = new AtomicInteger();
    private final Set<Integer> ended = new HashSet<>();
    private final NativePool<Integer> pool = new NativePool<>(made::incrementAndGet, ended::add);

    @Test
    void oneThreadUsesOneAgainAndAgain() {
        for (int i = 0; i < 100; i++) {
            pool.giveBack(pool.take());
        }
        assertThat(made).hasValue(1);
        assertThat(ended).isEmpty();
    }

    @Test
    void moreThanThereAreProcessorsAreNotKept() {
        List<Integer> taken = new ArrayList<>();
        int many = 10 + Runtime.getRuntime().availableProcessors();
        for (int i = 0; i < many; i++) {
            taken.add(pool.take());
        }
        taken.forEach(pool::giveBack);
        assertThat(ended).hasSize(many - Math.max(4, Runtime.getRuntime().availableProcessors()));
    }

    @Test
    void theCloseEndsAllTheOnesInUseWhenTheyComeBack() {
        Integer used = pool.take();
        Integer spare = pool.take();
        pool.giveBack(spare);
        pool.close();
        assertThat(ended).containsExactly(spare);
        pool.giveBack(used);
        assertThat(ended).containsExactlyInAnyOrder(spare, used);
        pool.giveBack(pool.take());
        assertThat(ended).as("one that was made after the close").hasSize(3);
    }

    @Test
    void threadsThatWantTheSameMessageGetTheSameBytes() throws Exception {
        MessageDeflater deflater = new MessageDeflater(DeflateSettings.of(6, 0));
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
            deflater.close();
        }
    }
}

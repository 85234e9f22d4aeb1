package io.techops.broadcast.tyrus.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
}

package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.SharedLog;
import io.techops.broadcast.spi.SharedPage;
import io.techops.broadcast.spi.SharedRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Very many logs of one node. */
final class ManyLogs {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    private final List<SharedLog> logs = new ArrayList<>();

    ManyLogs(RedisBackplane backplane, int count) {
        for (int i = 0; i < count; i++) {
            logs.add(backplane.open("log " + i, () -> { }));
        }
    }

    /** {@return the newest record of each log} All of them are asked for at the same time, until all have answered. */
    private List<SharedPage> newest() {
        return all(log -> log.read(null, 1, 1 << 20).toCompletableFuture());
    }

    private <T> List<T> all(Function<SharedLog, CompletableFuture<T>> call) {
        List<@Nullable T> answers = new ArrayList<>(logs.stream().map(log -> (T) null).toList());
        await().atMost(LIMIT).until(() -> {
            List<Integer> open = IntStream.range(0, logs.size()).filter(i -> answers.get(i) == null).boxed().toList();
            List<CompletableFuture<T>> calls = open.stream().map(i -> call.apply(logs.get(i))).toList();
            for (int i = 0; i < calls.size(); i++) {
                try {
                    answers.set(open.get(i), calls.get(i).join());
                } catch (CompletionException e) {
                    assertThat(e).hasCauseInstanceOf(BackplaneException.class);
                }
            }
            return answers.stream().allMatch(answer -> answer != null);
        });
        return answers;
    }

    /** Appends to each log, in the epoch that it has then. */
    void appendToEach(String text) {
        List<String> epochs = newest().stream().map(page -> page.after().epoch()).toList();
        List<Position> ends = all(log -> log.append(epochs.get(logs.indexOf(log)), "node-" + UUID.randomUUID(), 1,
                List.of(SharedRecord.of(Message.text(text), null, null))).toCompletableFuture());
        assertThat(ends).extracting(Position::epoch).isEqualTo(epochs);
    }

    void awaitInEach(String text) {
        await().atMost(LIMIT).until(() -> newest().stream().allMatch(page -> page.records().size() == 1
                && ((Message.Text) page.records().get(0).message()).text().equals(text)));
    }
}

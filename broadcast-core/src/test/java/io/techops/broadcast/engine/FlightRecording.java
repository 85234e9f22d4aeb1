package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testkit.HubRig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.io.TempDir;

/** Makes recordings of hubs, and reads them. */
abstract class FlightRecording {

    static final String PREFIX = "io.techops.broadcast.";

    @TempDir
    private Path folder;

    /** {@return the events of one kind that a hub called {@code flight} causes while it is recorded} */
    List<RecordedEvent> record(String kind, Consumer<Recording> settings,
            UnaryOperator<BroadcastHub.Builder> hub, Consumer<HubRig> flight) throws IOException {
        HubRig rig = new HubRig(builder -> hub.apply(builder.name("flight").retention(Retention.of(4, 1 << 20))));
        Path file = Files.createTempFile(folder, "flight", ".jfr");
        try (Recording recording = new Recording()) {
            settings.accept(recording);
            recording.start(); // the hub exists already: it may be recorded at any time of its life
            flight.accept(rig);
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = new ArrayList<>(RecordingFile.readAllEvents(file));
        events.removeIf(event -> !event.getEventType().getName().equals(PREFIX + kind)
                || !event.getString("hub").equals("flight"));
        assertThat(events).allSatisfy(event -> {
            assertThat(event.getEventType().getCategoryNames()).containsExactly("Broadcast");
            assertThat(event.getEventType().getLabel()).isNotBlank();
            assertThat(event.getEventType().getDescription()).isNotBlank();
            assertThat(event.getStackTrace()).isNull();
        });
        return events;
    }

    List<RecordedEvent> record(String kind, Consumer<HubRig> flight) throws IOException {
        return record(kind, recording -> recording.enable(PREFIX + kind).withoutThreshold().withoutStackTrace(),
                hub -> hub, flight);
    }

    List<RecordedEvent> recordedByDefault(String kind, Consumer<HubRig> flight) throws IOException {
        return record(kind, recording -> { }, hub -> hub, flight);
    }

    static RecordedEvent only(List<RecordedEvent> events) {
        assertThat(events).hasSize(1);
        return events.get(0);
    }
}

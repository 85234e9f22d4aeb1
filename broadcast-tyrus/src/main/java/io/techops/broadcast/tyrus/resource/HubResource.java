package io.techops.broadcast.tyrus.resource;

import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.logging.FailureLog;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.stream.Origins;
import io.techops.broadcast.tyrus.handshake.EventStreamRequest;
import io.techops.broadcast.tyrus.handshake.Handshake;
import io.techops.broadcast.tyrus.handshake.Router;
import io.techops.broadcast.tyrus.http.HttpRejection;
import io.techops.broadcast.tyrus.http.RequestHead;
import io.techops.broadcast.tyrus.http.Response;
import io.techops.broadcast.tyrus.sse.EventStreamFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A hub, or topics, as a resource of HTTP (RFC 9110 section 9): its methods, and the check of publishers. Safe for use
 * by any number of threads.
 */
public final class HubResource {

    private static final FailureLog FAILURES = new FailureLog(LoggerFactory.getLogger(HubResource.class));
    private static final String CHALLENGE = "WWW-Authenticate";
    private static final String REALM = "Bearer realm=\"publish\"";

    private final Router router;
    private final Origins origins;
    private final boolean streams;
    private final @Nullable TokenCheck publishers;
    private final int maxBytes;
    private final String methods;

    /**
     * @param streams whether there are event streams
     * @param publishers decides who may publish; null if nothing can be published
     * @param maxBytes the longest message, in bytes
     */
    public HubResource(Router router, Origins origins, boolean streams, @Nullable TokenCheck publishers, int maxBytes) {
        this.router = router;
        this.origins = origins;
        this.streams = streams;
        this.publishers = publishers;
        this.maxBytes = maxBytes;
        this.methods = publishers == null ? "GET, OPTIONS" : "GET, POST, OPTIONS";
    }

    /** What a request that is not a handshake may ask for. */
    public enum Asked {
        /** To receive broadcasts as an event stream. */
        STREAM,
        /** To publish a message: {@link #publish}. */
        PUBLISH,
        /** An answer that depends only on the head: {@link #answer}. */
        ANSWER,
        /** Something that this resource does not have. */
        NOTHING
    }

    /**
     * {@return what a request asks for}
     *
     * @param alone whether there is nothing else on the port, such as pages
     */
    public Asked asked(RequestHead head, boolean alone) {
        if (!alone && !(router.at(head.path()) instanceof Router.Found)) {
            return Asked.NOTHING;
        }
        boolean stream = streams && EventStreamRequest.isAsked(head);
        return switch (head.method()) {
            case "GET" -> stream ? Asked.STREAM : Asked.NOTHING;
            case "POST" -> publishers != null ? Asked.PUBLISH : alone ? Asked.ANSWER : Asked.NOTHING;
            case "OPTIONS" -> Asked.ANSWER;
            default -> alone || stream ? Asked.ANSWER : Asked.NOTHING;
        };
    }

    /**
     * {@return the answer to OPTIONS, including a preflight (Fetch standard), and to unsupported methods}
     */
    public Response answer(RequestHead head) {
        if (router.at(head.path()) instanceof Router.Rejected rejected) {
            return notThere(rejected, head);
        }
        String cors = cors(head);
        if (!head.method().equals("OPTIONS")) {
            return Response.of(405).with("Allow", methods).with(cors)
                    .text("Only these methods are allowed here: " + methods + ".", !head.isHead());
        }
        Response answer = Response.of(204).with("Allow", methods).with(cors);
        return head.first("Access-Control-Request-Method") == null ? answer
                : answer.with("Access-Control-Allow-Methods", methods)
                        .with("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID, "
                                + PublishHeaders.KEY + ", " + PublishHeaders.TTL)
                        .with("Access-Control-Max-Age", "600");
    }

    /**
     * {@return the answer to a request for something that this resource does not have, if nothing else is on the port}
     */
    public HttpRejection notAsked() {
        HttpRejection socket = Handshake.notAsked();
        return streams ? HttpRejection.of(socket.cause(), socket.status(), socket.text()
                + " It sends Server-Sent Events, too, to a GET with Accept: " + EventStreamFormat.MEDIA_TYPE + ".")
                .withLines(socket.headers()) : socket;
    }

    /**
     * {@return the header lines that let a page read the answer, if its origin is allowed (Fetch standard)}
     */
    private String cors(RequestHead head) {
        String origin = head.only("Origin");
        boolean allowed = origin != null && head.host() != null && origins.allows(origin, head.host());
        return "Vary: Origin\r\n" + (allowed ? "Access-Control-Allow-Origin: " + origin + "\r\n" : "");
    }

    private static Response notThere(Router.Rejected rejected, RequestHead head) {
        return Response.of(rejected.why().status()).text(rejected.why().text(), !head.isHead());
    }

    /** The result of a request to publish, before its body: one of the two is null. */
    public record Result(@Nullable Publication publication, @Nullable Response refusal) {
    }

    /** {@return the publication, whose body has to be read, or a refusal} May wait for the host application. */
    public Result publish(RequestHead head) {
        Router.Answer route = router.at(head.path());
        if (route instanceof Router.Rejected rejected) {
            return new Result(null, notThere(rejected, head));
        }
        String cors = cors(head);
        if (!(route instanceof Router.Found found)) {
            return new Result(null, Publication.answer(404, cors, "Nothing can be published here."));
        }
        try {
            Response refusal = authorize(head, found.topic(), cors);
            if (refusal != null) {
                return new Result(null, refusal);
            }
            boolean text = PublishHeaders.isText(head);
            BroadcastOptions options = PublishHeaders.options(head);
            return head.bodyLength() > maxBytes ? new Result(null, Publication.tooLong(maxBytes, cors))
                    : new Result(
                            new Publication(head, AdapterHub.of(found.hub()), text, options, maxBytes, cors), null);
        } catch (PublishHeaders.Refused refused) {
            Response answer = Response.of(refused.status()).with(cors);
            if (refused.status() == 415) {
                answer.with("Accept", PublishHeaders.TAKEN);
            }
            return new Result(null, answer.text(refused.getMessage(), true));
        }
    }

    /** {@return a failure without its message, which may hold the token} */
    private static String shown(Throwable thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        return thrown.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]);
    }

    /** {@return why the client may not publish (RFC 6750 section 3.1), or null if it may} */
    private @Nullable Response authorize(RequestHead head, @Nullable String topic, String cors)
            throws PublishHeaders.Refused {
        String token = PublishHeaders.token(head);
        if (token == null) {
            return Response.of(401).with(cors).with(CHALLENGE, REALM)
                    .text("Who publishes needs a bearer token (RFC 6750).", true);
        }
        try {
            return switch (publishers.check(token, topic)) {
                case MAY -> null;
                case MAY_NOT -> Response.of(403).with(cors).with(CHALLENGE, REALM + ", error=\"insufficient_scope\"")
                        .text("The bearer of this token may not publish here.", true);
                case UNKNOWN -> Response.of(401).with(cors).with(CHALLENGE, REALM + ", error=\"invalid_token\"")
                        .text("The bearer of this token may not publish here.", true);
            };
        } catch (Throwable thrown) {
            FAILURES.warn("It could not be found out who may publish, and nothing is published: " + shown(thrown),
                    null);
            return Response.of(503).with(cors).with("Retry-After", "10")
                    .text("It cannot be found out now who may publish.", true);
        }
    }
}

package io.github.gracefulshutdown.autoconfigure;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests of one kind in or refuses them, and knows what their responses have to
 * tell. One bean for each kind; safe for use by many threads.
 */
public final class RequestAdmission {

	/** Name of the response header, or of the metadata, that carries the marker. */
	public static final String MARKER_NAME = "Graceful-Shutdown";

	/**
	 * Name of the response header, or of the metadata, that tells which instance the
	 * marker speaks of.
	 */
	public static final String INSTANCE_NAME = "Graceful-Shutdown-Instance";

	/**
	 * Name of the response header that tells the method of the request that was refused.
	 * A client that follows redirects by itself hides that its request was executed and
	 * answered with one: only the method tells that what was refused came after that.
	 */
	public static final String METHOD_NAME = "Graceful-Shutdown-Method";

	/** Marker of an instance that leaves and still serves. */
	public static final String MARKER_LAME_DUCK = "lame-duck";

	/** Marker of a request that was refused and not executed. */
	public static final String MARKER_REJECTED = "rejected";

	/**
	 * Problem document (RFC 9457), as JSON, of a request that was refused and not
	 * executed.
	 */
	public static final String REJECTION_PROBLEM = """
			{"type":"about:blank","title":"Service Unavailable","status":503,\
			"detail":"This instance is shutting down. The request was not executed: send it to another instance."}""";

	private final String kind;

	private final DrainGate gate;

	private final ShutdownSequence sequence;

	private final InstanceId instance;

	private final LongAdder stragglers = new LongAdder();

	private final LongAdder rejected = new LongAdder();

	/**
	 * Creates the admission for one kind of request.
	 * @param kind the kind of work, such as {@code http}
	 * @param gate the gate that the requests enter
	 * @param sequence the sequence that knows the stage
	 * @param instance the instance that the responses come from
	 */
	public RequestAdmission(String kind, DrainGate gate, ShutdownSequence sequence, InstanceId instance) {
		this.kind = kind;
		this.gate = gate;
		this.sequence = sequence;
		this.instance = instance;
	}

	/**
	 * Returns the kind of requests that are let in here.
	 * @return the kind
	 */
	public String kind() {
		return this.kind;
	}

	/**
	 * Returns which instance the responses come from, for those that carry a marker.
	 * @return the identifier of this instance
	 */
	public String instanceId() {
		return this.instance.value();
	}

	/**
	 * Lets a request in, or refuses it.
	 * @param description what the request is, for the report of what is in flight
	 * @return the permit to close when the request has ended, or {@code null} if it has
	 * to be answered as refused
	 */
	public @Nullable Permit tryEnter(String description) {
		Permit permit = this.gate.tryEnter(this.kind, description);
		if (permit == null) {
			this.rejected.increment();
		}
		else if (isNoticeDue()) {
			this.stragglers.increment();
		}
		return permit;
	}

	/**
	 * Returns whether responses carry the {@linkplain #MARKER_LAME_DUCK notice}.
	 * @return {@code true} from the begin of the lame duck on
	 */
	public boolean isNoticeDue() {
		return this.sequence.stage() != Stage.SERVING;
	}

	/**
	 * Decides whether the response that is about to be sent asks to close its connection:
	 * never when the lame duck begins, always when its minimum has passed, and in between
	 * with a chance that grows, so that clients do not reconnect elsewhere all at once.
	 * @return {@code true} if the connection should be closed
	 */
	public boolean isConnectionCloseDue() {
		double share = this.sequence.connectionCloseShare();
		return share > 0 && (share >= 1 || ThreadLocalRandom.current().nextDouble() < share);
	}

	/**
	 * Returns how many requests were let in after this instance was announced as leaving.
	 * @return the number since the start
	 */
	public long stragglers() {
		return this.stragglers.sum();
	}

	/**
	 * Returns how many requests were refused.
	 * @return the number since the start
	 */
	public long rejected() {
		return this.rejected.sum();
	}

}

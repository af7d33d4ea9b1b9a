package io.github.gracefulshutdown.autoconfigure.caller;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * The instances that are skipped because they said that they leave, or could not be
 * reached.
 * <ul>
 * <li>A mark ends by itself: after the eviction time, or after {@link #UNREACHABLE} if
 * the instance could only not be reached.</li>
 * <li>A mark is for one instance from its start to its end: one that is known to be
 * another, on the same address, is not skipped.</li>
 * <li>What is selected is never empty unless there was nothing to select from.</li>
 * <li>There are at most {@value #MOST} marks.</li>
 * </ul>
 * As long as there is no mark, a selection is one volatile read. Listeners are told of
 * every change, in the thread that makes it; that a mark ends is none.
 */
final class LeavingInstances {

	static final int MOST = 1_000;

	/** Long enough to bother few calls, short for one that is only restarted. */
	static final Duration UNREACHABLE = Duration.ofSeconds(5);

	private static final int REFUSING = 2;

	private static final int TRIED = 3;

	private final LongSupplier nanoTime;

	private final Duration evictionTime;

	// Copied on write: marks come with a restart, reads with every call.
	private volatile Map<Key, Mark> marks = Map.of();

	private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

	/**
	 * Creates an empty set.
	 * @param nanoTime the time
	 * @param evictionTime how long an instance is skipped that said that it leaves
	 */
	LeavingInstances(LongSupplier nanoTime, Duration evictionTime) {
		this.nanoTime = nanoTime;
		this.evictionTime = evictionTime;
	}

	/**
	 * Marks an instance as one that leaves.
	 * @param called the instance that was called
	 * @param notice what its answer said
	 * @return {@code false} if it was marked already
	 */
	boolean mark(CalledInstance called, Notice notice) {
		return mark(called, notice.id(), notice.refused(), this.evictionTime);
	}

	/**
	 * Marks an instance as one that cannot be reached.
	 * @param called the instance to which no connection came about
	 * @return {@code false} if it was marked already
	 */
	boolean markUnreachable(CalledInstance called) {
		Duration time = (UNREACHABLE.compareTo(this.evictionTime) < 0) ? UNREACHABLE : this.evictionTime;
		return mark(called, called.id(), true, time);
	}

	private boolean mark(CalledInstance called, @Nullable String id, boolean refusing, Duration time) {
		if (time.isZero() || isKnown(find(called), id, refusing)) {
			return false;
		}
		boolean added = add(called, id, refusing, time);
		changed();
		return added;
	}

	private static boolean isKnown(@Nullable Mark mark, @Nullable String id, boolean refusing) {
		return mark != null && mark.mayBeOf(id) && (mark.refusing || !refusing);
	}

	private synchronized boolean add(CalledInstance called, @Nullable String id, boolean refusing, Duration time) {
		Mark found = find(called);
		if (isKnown(found, id, refusing)) {
			return false;
		}
		Mark known = (found != null && found.mayBeOf(id)) ? found : null;
		long until = (known != null) ? known.until : this.nanoTime.getAsLong() + time.toNanos();
		Mark mark = new Mark((known != null && known.id != null) ? known.id : id, called.id() != null, refusing, until);
		Key key = new Key(called);
		update((marks) -> {
			if (marks.size() >= MOST && !marks.containsKey(key)) {
				marks.remove(firstToEnd(marks));
			}
			marks.put(key, mark);
		});
		return known == null;
	}

	/** Returns the marks that there are now. */
	Map<Key, Mark> marks() {
		return this.marks;
	}

	/** Returns the mark of the instance, if it has one that has not ended. */
	@Nullable Mark find(CalledInstance instance) {
		return find(instance, this.marks);
	}

	/** Returns the mark that the instance had among others, unless it has ended. */
	@Nullable Mark find(CalledInstance instance, Map<Key, Mark> among) {
		if (among.isEmpty()) {
			return null;
		}
		Mark mark = among.get(new Key(instance));
		return (mark != null && mark.isFor(instance) && !mark.hasEnded(this.nanoTime.getAsLong())) ? mark : null;
	}

	/** Takes a mark away, unless the instance has got another one since. */
	void forget(CalledInstance instance, Mark mark) {
		update((marks) -> marks.remove(new Key(instance), mark));
		changed();
	}

	/**
	 * Forgets the marks of a service whose addresses are not listed any more: what comes
	 * back there is another instance. Where registrations tell the identifier it is known
	 * as such anyway, and lists that are narrowed for a call do not matter.
	 * @param service the name of the service
	 * @param listed the instances that are listed now
	 */
	void retain(String service, List<CalledInstance> listed) {
		if (isEmpty()) {
			return;
		}
		long now = this.nanoTime.getAsLong();
		Set<String> addresses = listed.stream().map(CalledInstance::address).collect(Collectors.toSet());
		Predicate<Map.Entry<Key, Mark>> gone = (mark) -> mark.getValue().hasEnded(now)
				|| (mark.getKey().service.equals(service) && !mark.getValue().identified
						&& !addresses.contains(mark.getKey().address));
		if (this.marks.entrySet().stream().anyMatch(gone)) {
			update((marks) -> marks.entrySet().removeIf(gone));
			changed();
		}
	}

	/** Returns the time until the next mark ends, or {@code null} if there is none. */
	@Nullable Duration untilNextEnd() {
		long now = this.nanoTime.getAsLong();
		OptionalLong next = this.marks.values()
			.stream()
			.mapToLong((mark) -> mark.until - now)
			.filter((left) -> left > 0)
			.min();
		return next.isPresent() ? Duration.ofNanos(next.getAsLong()) : null;
	}

	void addListener(Runnable listener) {
		this.listeners.add(listener);
	}

	void removeListener(Runnable listener) {
		this.listeners.remove(listener);
	}

	private void changed() {
		this.listeners.forEach(Runnable::run);
	}

	/** Returns whether no instance is marked. */
	boolean isEmpty() {
		return this.marks.isEmpty();
	}

	/**
	 * Selects the instances that a call should go to: those without a mark; if there are
	 * none, those that still serve; and in the end those that refuse, or were tried.
	 * @param <T> the type of the instances
	 * @param instances the instances to select from
	 * @param known what is known of an instance
	 * @param tried whether the call was at an instance already
	 * @return the selected instances, in their order
	 */
	<T> List<T> select(List<T> instances, Function<T, CalledInstance> known, Predicate<CalledInstance> tried) {
		List<T> selected = new ArrayList<>(instances.size());
		int lowest = Integer.MAX_VALUE;
		for (T instance : instances) {
			CalledInstance called = known.apply(instance);
			int rank = tried.test(called) ? TRIED : rank(called);
			if (rank < lowest) {
				selected.clear();
				lowest = rank;
			}
			if (rank == lowest) {
				selected.add(instance);
			}
		}
		return selected;
	}

	private int rank(CalledInstance instance) {
		Mark mark = find(instance);
		return (mark == null) ? 0 : mark.refusing ? REFUSING : 1;
	}

	/** Changes a copy, without what has ended. */
	private synchronized void update(Consumer<Map<Key, Mark>> change) {
		long now = this.nanoTime.getAsLong();
		Map<Key, Mark> copy = new HashMap<>(this.marks);
		copy.values().removeIf((mark) -> mark.hasEnded(now));
		change.accept(copy);
		this.marks = Map.copyOf(copy);
	}

	private Key firstToEnd(Map<Key, Mark> marks) {
		long now = this.nanoTime.getAsLong();
		return marks.entrySet()
			.stream()
			.min((left, right) -> Long.compare(left.getValue().until - now, right.getValue().until - now))
			.orElseThrow()
			.getKey();
	}

	record Key(String service, String address) {

		Key(CalledInstance instance) {
			this(instance.service(), instance.address());
		}

	}

	/** Compared by identity: the same words said twice are two marks. */
	static final class Mark {

		private final @Nullable String id;

		private final boolean identified;

		private final boolean refusing;

		private final long until;

		Mark(@Nullable String id, boolean identified, boolean refusing, long until) {
			this.id = id;
			this.identified = identified;
			this.refusing = refusing;
			this.until = until;
		}

		boolean isFor(CalledInstance instance) {
			return instance.id() == null || instance.id().equals(this.id);
		}

		boolean mayBeOf(@Nullable String id) {
			return id == null || this.id == null || id.equals(this.id);
		}

		boolean hasEnded(long now) {
			return this.until - now <= 0;
		}

	}

}

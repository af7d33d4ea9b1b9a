package io.github.gracefulshutdown.autoconfigure;

import java.util.List;

/** Finds the announcements of this instance when a drain begins. */
@FunctionalInterface
public interface AnnouncementSource {

	/**
	 * Returns what announces this instance at this moment.
	 * @return the announcements, possibly none
	 */
	List<Announcement> announcements();

}

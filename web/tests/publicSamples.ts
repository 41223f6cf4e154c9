/** Objects of the API for the tests of the public screens. */
import type { Schemas } from "../src/api/client";

export const JOB_CARD: Schemas["JobCard"] = {
  id: "j1",
  buyerId: "b1",
  buyerName: "Thandi M.",
  buyer: { verified: true, rating: { average: null, count: 0 } },
  title: "Fix a leaking tap",
  excerpt: "The kitchen tap drips.",
  category: "plumbing",
  budgetCents: 50_000,
  location: "Umlazi",
  startDate: null,
  photos: [],
  payment: "escrow",
  bidCount: 0,
  createdAt: "2026-11-20T08:00:00.000Z",
};

export const JOB: Schemas["JobView"] = {
  ...JOB_CARD,
  description: "The kitchen tap drips all night long.",
  status: "open",
  completedAt: null,
  expiresAt: "2099-12-20T08:00:00.000Z",
  updatedAt: "2026-11-20T08:00:00.000Z",
  version: 1,
};

export const PROFILE: Schemas["ProfileView"] = {
  userId: "b1",
  displayName: "Thandi M.",
  bio: "Tidy and on time.",
  trades: ["plumbing", "Solar geysers"],
  location: "Umlazi",
  photoUrl: null,
  certifications: [{ title: "Trade test" }],
  yearsExperience: 4,
  availability: "available",
  roles: ["worker"],
  verified: true,
  trustScore: 41,
  rating: { average: null, count: 0 },
  completedJobs: 0,
  paidJobs: 0,
  badges: ["newbie", "verified"],
  createdAt: "2026-11-01T08:00:00.000Z",
};

const NO_RATING = { average: null, count: 0 };

export const RESUME: Schemas["ResumeView"] = {
  userId: "b1",
  displayName: "Thandi M.",
  rating: NO_RATING,
  subRatings: {
    workmanship: { average: 4.5, count: 2 },
    punctuality: NO_RATING,
    communication: NO_RATING,
    cleanliness: NO_RATING,
    fairPrice: NO_RATING,
  },
  badges: [],
  trustScore: 41,
  trustBreakdown: { verified: 20, jobs: 6.6, reviews: 0, onTime: 10.4, response: 4 },
  jobs: [],
};

export const REVIEW: Schemas["ReviewView"] = {
  id: "r1",
  jobId: "j9",
  reviewerId: "p2",
  reviewerName: "Sipho D.",
  subjectId: "b1",
  subjectRole: "worker",
  rating: 4,
  subRatings: {
    workmanship: null,
    punctuality: null,
    communication: null,
    cleanliness: null,
    fairPrice: null,
  },
  comment: "Came early.",
  response: { comment: "Thank you, Sipho.", createdAt: "2026-11-12T08:00:00.000Z" },
  createdAt: "2026-11-11T08:00:00.000Z",
  updatedAt: "2026-11-11T08:00:00.000Z",
};

export const LISTING: Schemas["ListingView"] = {
  id: "l1",
  sellerId: "s1",
  sellerName: "Lindiwe K.",
  title: "Cement 42.5N",
  description: "Fresh from the factory every Tuesday.",
  category: "cement",
  priceCents: 11_900,
  unit: "bag",
  stock: 300,
  location: "Pietermaritzburg",
  photos: [],
  status: "active",
  createdAt: "2026-11-11T08:00:00.000Z",
  updatedAt: "2026-11-11T08:00:00.000Z",
  version: 1,
};

export const STORY: Schemas["StoryView"] = {
  id: "t1",
  authorId: "p2",
  authorName: "Sipho D.",
  title: "My first job",
  content: "It went well.",
  type: "success",
  media: [],
  featured: true,
  likes: 3,
  liked: null,
  createdAt: "2026-11-11T08:00:00.000Z",
  updatedAt: "2026-11-11T08:00:00.000Z",
};

export function page<T>(items: T[], nextCursor: string | null = null) {
  return { items, nextCursor };
}

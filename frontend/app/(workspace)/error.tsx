"use client";

import { PageFailure } from "@/components/common/page-failure";

export default PageFailure;
